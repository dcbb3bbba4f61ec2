import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { run } from '../cli/host.ts';
import { ROOT, read } from '../deploy/commands.ts';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'action.yml',
  'compose.yaml',
  'fly.toml',
].concat(
  ...['docs', 'docs/runbooks', 'config', 'config/prometheus/rules', 'config/systemd'].map((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => /\.(?:md|ya?ml|service)$/.test(name))
      .map((name) => join(folder, name)),
  ),
);

interface Mentioned {
  readonly page: string;
  readonly words: readonly string[];
}

/** `tenantwatch …` wherever it stands in a page as code: inline, in blocks, in settings. */
function mentioned(page: string): readonly Mentioned[] {
  const found = read(page).matchAll(/(?:`|^\s*(?:npx )?|action: '?|&& )tenantwatch ([a-z][^`\n|>;&']*)/gm);
  return [...found].map(([, rest = '']) => ({ page, words: rest.trim().split(/\s+/) }));
}

/** The words of the command itself, without arguments: `alerts test`. Asks the help, as a reader would. */
const helps = new Map<string, Promise<string>>();
function helpOf(command: string): Promise<string> {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const asked = run([...command.split(' '), '--help']).then(({ stdout }) => stdout);
  helps.set(command, asked);
  return asked;
}

async function commandOf(words: readonly string[]): Promise<string> {
  const [first = '', second = ''] = words;
  const help = await helpOf(first);
  return new RegExp(`^Commands:[\\s\\S]*^  ${second}\\b`, 'm').test(help) && second !== ''
    ? `${first} ${second}`
    : first;
}

describe('what pages, settings and comments call', () => {
  it('are commands and options that exist', async () => {
    const commands = new Set(
      [...(await run(['--help'])).stdout.matchAll(/^ {2}([a-z]+)(?: |$)/gm)].map(([, name = '']) => name),
    );
    const all = PAGES.flatMap(mentioned);
    assert.ok(all.length > 100);
    for (const { page, words } of all) {
      assert.ok(commands.has(words[0] ?? ''), `${page}: tenantwatch ${words.join(' ')}`);
      const command = await commandOf(words);
      for (const option of words.filter((word) => word.startsWith('--') && word !== '--'))
        assert.match(
          await helpOf(command),
          new RegExp(`${option.replace(/=.*|[.,)]+$/g, '')}\\b`),
          `${page}: tenantwatch ${words.join(' ')}`,
        );
    }
  });
});
