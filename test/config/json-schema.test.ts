import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/index.ts';
import { printableJson } from '../../src/reports/json.ts';
import { MINIMAL } from './workspace.ts';

const ROOT = new URL('../../', import.meta.url);
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
const validate = ajv.compile(configJsonSchema() as object);

describe('the JSON Schema for editors', () => {
  it('is the one in docs (tenantwatch config schema > docs/schemas/config.schema.json)', () => {
    const written: unknown = JSON.parse(
      readFileSync(new URL('docs/schemas/config.schema.json', ROOT), 'utf8'),
    );
    assert.deepEqual(written, JSON.parse(printableJson(configJsonSchema())));
  });

  it('accepts what the loader accepts, references included', () => {
    const document: unknown = parse(
      `${MINIMAL}limits: {concurrency: "\${N}"}\ntls: {timeout: "\${T}"}\nwatch: {deadManUrl: "\${U}"}\n`,
    );
    assert.ok(validate(document), JSON.stringify(validate.errors));
  });

  it('refuses what the loader refuses', () => {
    for (const line of [
      'dsn: {}',
      'tls: {timeout: 12}',
      'limits: {concurrency: 0}',
      'alerts: {channels: [{name: a}]}',
    ])
      assert.equal(validate(parse(`${MINIMAL}${line}\n`)), false, line);
  });

  it('describes every key and tells no secret of the schema itself', () => {
    const text = JSON.stringify(configJsonSchema());
    assert.doesNotMatch(text, /"secret":"/);
    const { properties } = configJsonSchema() as { properties: Record<string, { description?: string }> };
    for (const [key, { description }] of Object.entries(properties)) assert.ok(description, key);
  });
});

describe('the examples in config/', () => {
  const files = readdirSync(new URL('config/', ROOT)).filter((name) => /^tenantwatch.*\.yaml$/.test(name));
  it('exist', () => {
    assert.ok(files.length >= 3, files.join());
  });
  for (const file of files)
    it(`${file} loads, with its secrets given`, () => {
      const content = readFileSync(new URL(`config/${file}`, ROOT), 'utf8');
      assert.ok(validate(parse(content)), JSON.stringify(validate.errors));
      const names = [...content.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => name);
      const env = Object.fromEntries(
        names.map((name) => [
          name,
          name.includes('SMTP') ? 'smtps://u:p@mail.example' : 'https://hooks.example/x',
        ]),
      );
      const path = new URL(`config/${file}`, ROOT).pathname;
      assert.doesNotThrow(() => loadConfig({ path, env, cwd: '/', secrets: 'all' }));
    });
});
