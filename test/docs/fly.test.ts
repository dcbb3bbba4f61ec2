import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { ROOT, read } from '../deploy/commands.ts';

const PAGES = ['README.md', 'SECURITY.md'].concat(
  ...['docs', 'docs/runbooks'].map((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
);

interface Shown {
  readonly page: string;
  readonly words: readonly string[];
}

/** Whole `fly …` commands wherever they stand as code, without what follows a pipe, a comment or the closing of a substitution. */
function flyCommands(page: string): readonly Shown[] {
  return [...read(page).matchAll(/(?:`|^ *|\$\((?:env [-\w ]+ )?|&& )(fly [a-z][^`\n|#)]*)/gm)]
    .map(([, text = '']) => text.trim())
    .filter((text) => text.split(/\s+/).length > 3 && !text.includes('…'))
    .map((text) => ({ page, words: text.split(/\s+/) }));
}

/** What flyctl takes: the flags of each command that the pages name, beside `fly certs`, which the sandbox carries out. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  'apps create': [],
  'apps list': ['-o'],
  'apps restart': [],
  deploy: ['-a', '--image'],
  'ips allocate-v4': ['--shared', '-a'],
  'ips list': ['-a'],
  logs: ['-a', '--no-tail'],
  'machine list': ['-a'],
  'machine start': ['-a'],
  releases: ['-a', '--image'],
  'secrets set': [],
  status: ['-a'],
  'tokens create deploy': ['-a'],
  'tokens create org': ['-o', '-n', '-x'],
  'tokens create readonly': ['-o', '-n', '-x'],
  'tokens list': ['-o'],
  'volumes create': ['--region', '--size'],
};

describe('the fly commands that pages show', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ tenants: 1 });
  });
  after(() => sandbox.close());

  const all = PAGES.flatMap(flyCommands);
  it('are many', () => {
    assert.ok(all.length > 60, String(all.length));
  });

  it('about certificates are understood by the sandbox, word by word', () => {
    for (const { page, words } of all.filter(({ words: [, group] }) => group === 'certs')) {
      // A name stands in for each variable and placeholder.
      const command = words
        .join(' ')
        .replaceAll(/"\$host"/gi, '999bc6549a64.systemprompt.io')
        .replaceAll(/"[^"]*\$\w+"/g, 'sp-999bc6549a64')
        .replaceAll(/\{(?:tenant-id|subdomain)\}/g, '999bc6549a64');
      const { exitCode, stderr } = sandbox.applyFlyCommand(command);
      // What there is to act on depends on the trouble of the page; how it is said does not.
      if (exitCode !== 0)
        assert.match(
          stderr,
          /^(?:Error: )?(?:Hostname already exists|Could not find|failed to get app)/,
          `${page}: ${command}`,
        );
    }
  });

  it('about all else are ones that flyctl has, with flags that it takes', () => {
    for (const { page, words } of all.filter(({ words: [, group] }) => group !== 'certs')) {
      const text = words.slice(1).join(' ');
      const known = Object.keys(FLAGS)
        .filter((name) => text === name || text.startsWith(`${name} `))
        .toSorted((a, b) => b.length - a.length)[0];
      assert.ok(known !== undefined, `${page}: fly ${text}`);
      for (const flag of words.filter((word) => word.startsWith('-')))
        assert.ok(FLAGS[known]?.includes(flag) === true, `${page}: fly ${text}: ${flag}`);
    }
  });
});
