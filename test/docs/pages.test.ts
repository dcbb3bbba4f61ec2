import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT, read } from '../deploy/commands.ts';
import { commandsOf } from './blocks.ts';
import { openStage, type Stage } from './stage.ts';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => `docs/${name}`),
];

/** Of the runbooks each command of ours once; those of other programs are run by by-hand.test.ts and fly.test.ts. */
const RUNBOOK_COMMANDS = new Map(
  readdirSync(join(ROOT, 'docs/runbooks'))
    .flatMap((name) => commandsOf(`docs/runbooks/${name}`, read(`docs/runbooks/${name}`)))
    .filter(({ text }) => text.startsWith('tenantwatch '))
    .map((command) => [command.text.replace(/ +#.*$/, ''), command]),
);

describe('every command of the documentation does what the page says', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(async () => {
    await stage.close();
  });

  const pages = PAGES.map((page) => [page, commandsOf(page, read(page))] as const);
  for (const [page, commands] of [...pages, ['docs/runbooks', [...RUNBOOK_COMMANDS.values()]] as const]) {
    if (commands.length === 0) continue;
    it(`${page}: ${String(commands.length)} commands`, async () => {
      await stage.nextPage();
      for (const { page: where, line, text, exitCode, given } of commands) {
        if (given !== null) await stage.given(given);
        // The daemon of the page is the one that runs already.
        if (/^(?:npx )?tenantwatch watch\b/.test(text)) continue;
        const ran = await stage.run(text);
        assert.equal(ran.exitCode, exitCode, `${where}:${String(line)}: ${text}\n${ran.output}`);
      }
    });
  }
});
