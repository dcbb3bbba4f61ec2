import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { MINUTE_MS } from '../../src/model/time.ts';
import { claim } from '../diagnosis/remedy-context.ts';
import { anIncident, aRelease, aResult, aRun, entries, T0, temporaryFolder } from '../store/fixtures.ts';
import { databaseHost } from './database-host.ts';
import { run } from './host.ts';

const SCHEMAS = new URL('../../docs/schemas/', import.meta.url);
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
formats.default(ajv);

/** Real output of each command whose document has a schema, as rich as it gets. */
const DOCUMENTS: Readonly<Record<string, (context: TestContext) => Promise<unknown>>> = {
  status: (context) => filled(context).json('status'),
  history: (context) => filled(context).json('history', 'a1'),
  claims: (context) => filled(context).json('claims', '--history'),
  guard: async () => {
    const place = ['--domain', 'example.test', '--management-app', 'edge'];
    const ran = await run(
      ['guard', 'certs', '--hostname', 'a1.example.test', '--app', 'sp-a1', '--no-fly', '--json', ...place],
      { env: {} },
    );
    assert.equal(ran.exitCode, 1);
    return JSON.parse(ran.stdout) as unknown;
  },
  scan: async (context) => {
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, 'deploy.sh'), 'fly certs add "$HOST" -a "sp-$TENANT"\n');
    const place = ['--domain', 'example.test', '--management-app', 'edge'];
    const ran = await run(['scan', folder, '--json', ...place], { env: {} });
    assert.equal(ran.exitCode, 1, ran.stderr);
    return JSON.parse(ran.stdout) as unknown;
  },
};

function filled(context: TestContext) {
  const host = databaseHost(context, { now: T0 + MINUTE_MS });
  const failing = aRun('a1', T0, {
    verdict: 'fail',
    code: 'certificate-on-tenant-app',
    notPassed: [{ check: 'tls-handshake', verdict: 'fail', reason: 'eof-during-handshake' }],
  });
  host.store.runs.append([
    ...entries(aRun('a1', T0 - MINUTE_MS), aRun('b2', T0)),
    { run: failing, evidence: aResult('a1') },
  ]);
  const subject = { scope: 'tenant', name: 'a1' } as const;
  const acknowledged = { by: 'ada', at: T0, note: null };
  host.store.commitIncidents([
    { incident: anIncident('i1', { subject, acknowledged }), events: [], deliveries: [] },
  ]);
  host.store.deploys.record('sp-a1', aRelease(12, T0), T0);
  host.store.claims.sweep([claim('b2.example.test', 'sp-b2')], T0 - MINUTE_MS);
  host.store.claims.sweep([claim('a1.example.test', 'sp-a1'), claim('shop.example.org', 'blog')], T0);
  return host;
}

describe('what commands print as JSON fits its published schema', () => {
  for (const [name, print] of Object.entries(DOCUMENTS))
    it(name, async (context) => {
      const schema = JSON.parse(readFileSync(new URL(`${name}.schema.json`, SCHEMAS), 'utf8')) as object;
      const fits = ajv.compile(schema);
      const document = (await print(context)) as Record<string, unknown>;
      assert.ok(fits(document), ajv.errorsText(fits.errors));
      // The schema knows every key that there is: one that is forgotten there is forgotten by its readers.
      const { properties } = schema as { readonly properties: object };
      assert.deepEqual(Object.keys(document).toSorted(), Object.keys(properties).toSorted());
      for (const key of Object.keys(document)) {
        assert.equal(fits({ ...document, [key]: undefined }), false, `${key} is required`);
      }
    });

  it('and no schema is without a test', () => {
    const published = readdirSync(SCHEMAS).map((file) => file.replace('.schema.json', ''));
    // The configuration's and verify's have tests of their own.
    assert.deepEqual(published.toSorted(), [...Object.keys(DOCUMENTS), 'config', 'verify'].toSorted());
  });
});
