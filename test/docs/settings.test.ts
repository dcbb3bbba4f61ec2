import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/index.ts';
import { ROOT, read } from '../deploy/commands.ts';
import { yamlOf } from './blocks.ts';

type Sections = Readonly<Record<string, unknown>>;

const SECTIONS = Object.keys(parse(read('config/tenantwatch.example.yaml')) as Sections);
const REQUIRED = parse(read('config/tenantwatch.minimal.yaml')) as Sections;

/** The fragments of a configuration that pages show; blocks for other programs (GitHub, GitLab) have other keys. */
const fragments = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) => yamlOf(read(`docs/${name}`)).map((text) => ({ page: name, text })))
  .filter(({ text }) => {
    const keys: readonly string[] = Object.keys(parse(text) as object);
    return keys.some((key) => SECTIONS.includes(key));
  });

describe('the settings that pages show', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-settings-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('are accepted as they stand', () => {
    assert.ok(fragments.length >= 8);
    for (const { page, text } of fragments) {
      const path = join(folder, 'tenantwatch.yaml');
      writeFileSync(path, stringify({ ...REQUIRED, ...(parse(text) as Sections) }));
      const names = [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => name);
      const env = Object.fromEntries(names.map((name) => [name, 'https://hooks.example/0123456789abcdef']));
      assert.doesNotThrow(
        () => loadConfig({ path, env, cwd: folder, flags: {}, secrets: 'all' }),
        `${page}:\n${text}`,
      );
    }
  });

  it('name every default as it is', () => {
    // What history.md and alerts.md say of defaults, against the example that is tested against the schema.
    const example = parse(read('config/tenantwatch.example.yaml')) as Readonly<Record<string, Sections>>;
    for (const [page, section] of [
      ['docs/history.md', 'store'],
      ['docs/alerts.md', 'incidents'],
    ] as const) {
      const shown = yamlOf(read(page))
        .map((text) => parse(text) as Readonly<Record<string, Sections>>)
        .find((one) => section in one)?.[section];
      assert.deepEqual(shown, example[section], page);
    }
  });
});
