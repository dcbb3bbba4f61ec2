import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { CHECK_IDS } from '../../src/model/check.ts';
import { run } from '../cli/host.ts';
import { ROOT, read } from '../deploy/commands.ts';

/** What the compiler cannot ask for when something is added as CONTRIBUTING.md says: its tests, and its help. */

const textsBelow = (folder: string): string =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`${folder}/${name}`))
    .join('\n');

/** The literals of a key, wherever the schema has them below the place. */
function literalsOf(schema: unknown, key: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema as {
    readonly properties?: Readonly<Record<string, { readonly const?: unknown }>>;
  };
  const own = properties?.[key]?.const;
  return [
    ...(typeof own === 'string' ? [own] : []),
    ...Object.values(schema).flatMap((inner) => literalsOf(inner, key)),
  ];
}

describe('what is added as CONTRIBUTING.md says', () => {
  it('has a table test, if it is a check', () => {
    const tests = textsBelow('test/checks');
    for (const id of CHECK_IDS) assert.ok(tests.includes(`'${id}'`), id);
  });

  it('goes through the conformance kit and has its bodies pinned, if it is a channel', () => {
    const { properties } = configJsonSchema() as { readonly properties: { readonly alerts: unknown } };
    const types = new Set(literalsOf(properties.alerts, 'type'));
    assert.ok(types.size >= 5);
    const kit = read('test/alerts/conformance.test.ts');
    const bodies = ['channels', 'slack'].map((name) => read(`test/alerts/${name}.test.ts`)).join('\n');
    for (const type of types)
      for (const text of [kit, bodies]) assert.ok(text.includes(`type: '${type}'`), type);
  });

  it('prints JSON when asked to, and says its exit codes, if it is a command', async () => {
    const names = async (...path: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await run([...path, '--help']);
      const [listed = ''] = (stdout.split('\nCommands:\n')[1] ?? '').split('\n\n');
      return [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)]
        .map(([, name = '']) => name)
        .filter((name) => name !== 'help');
    };
    const commands = await names();
    assert.ok(commands.length > 15, commands.join());
    for (const command of commands) {
      const inner = await names(command);
      const paths = inner.length === 0 ? [[command]] : inner.map((name) => [command, name]);
      const { stdout: whole } = await run([command, '--help']);
      for (const path of paths) {
        const { stdout } = await run([...path, '--help']);
        assert.match(`${whole}${stdout}`, /[Ee]xit codes?\b/, path.join(' '));
        // These run until they are stopped, and tell a story.
        if (!['watch', 'demo'].includes(command)) assert.match(stdout, /--json\b/, path.join(' '));
      }
    }
  });
});
