import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { INCIDENT_TENANT } from '../../src/sandbox/index.ts';
import { aResult } from '../store/fixtures.ts';
import { until } from '../support/until.ts';
import { testApp } from './app.ts';
import { watchSandbox, type WatchedSandbox } from './daemon.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const promtool = spawnSync('promtool', ['--version']).status === 0;
const skip = !promtool && process.env.REQUIRE_CONFORMANCE !== '1' ? 'promtool is not installed' : false;

describe('what Prometheus scrapes', () => {
  let watched: WatchedSandbox;
  before(async () => {
    watched = await watchSandbox();
    await until('all tenants verified', () =>
      watched.daemon.fleet.tenants().length === 3 &&
      watched.daemon.fleet.tenants().every(({ id }) => watched.daemon.fleet.latest(id)?.decided === 'pass')
        ? true
        : undefined,
    );
  });
  after(() => watched.stop());

  const values = (text: string): Readonly<Record<string, number>> =>
    Object.fromEntries(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );

  it('/metrics and /probe pass promtool check metrics', { skip }, async () => {
    for (const path of ['/metrics', `/probe?target=${INCIDENT_TENANT}`]) {
      const { text, type } = await watched.call('GET', path);
      assert.match(type, /^text\/plain; version=0\.0\.4/u);
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: text,
        encoding: 'utf8',
      });
      // blackbox_exporter's own names have no unit at their end, which the linter remarks; nothing else may be said.
      const remarks = `${stdout}${stderr}`
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('probe_'));
      assert.deepEqual(remarks, [], path);
      assert.ok(status === 0 || path.startsWith('/probe'), String(status));
    }
  });

  it('/probe measures a known tenant in the names of blackbox_exporter', async () => {
    for (const target of [INCIDENT_TENANT, HOSTNAME]) {
      const { status, text } = await watched.call('GET', `/probe?target=${target}`);
      assert.equal(status, 200);
      const found = values(text);
      assert.equal(found.probe_success, 1);
      assert.equal(found.probe_http_status_code, 200);
      assert.ok((found.probe_duration_seconds ?? 0) > 0);
      assert.ok((found.probe_dns_lookup_time_seconds ?? -1) >= 0);
      assert.ok((found.probe_ssl_earliest_cert_expiry ?? 0) > Date.now() / 1000);
      assert.equal(found['tenantwatch_probe_verdict{verdict="pass",code=""}'], 1);
    }
  });

  it('/probe answers 200 with probe_success 0 and the reason when the site does not work', async () => {
    const off = watched.sandbox.faults.on('site-status', { name: `sp-${INCIDENT_TENANT}` });
    const found = values((await watched.call('GET', `/probe?target=${INCIDENT_TENANT}`)).text);
    off();
    assert.equal(found.probe_success, 0);
    assert.equal(found.probe_http_status_code, 500);
  });

  it('/probe goes to no other place than known tenants', async () => {
    for (const target of ['example.com', '127.0.0.1', 'http://169.254.169.254/', '000000000000', '%00', ''])
      assert.equal((await watched.call('GET', `/probe?target=${target}`)).status, 404, target);
    assert.equal((await watched.call('GET', '/probe')).status, 400);
  });

  it('/sd lists every tenant', async () => {
    const { status, json } = await watched.call('GET', '/sd');
    assert.equal(status, 200);
    const groups = json() as readonly {
      targets: readonly string[];
      labels: Readonly<Record<string, string>>;
    }[];
    assert.equal(groups.length, 3);
    const own = groups.find(({ targets }) => targets.includes(HOSTNAME));
    assert.deepEqual(own?.labels, {
      __meta_tenantwatch_tenant: INCIDENT_TENANT,
      __meta_tenantwatch_app: `sp-${INCIDENT_TENANT}`,
    });
  });
});

describe('what Prometheus scrapes before the tenants are known', () => {
  it('/sd is an error, not an empty list; an empty fleet is an empty list', async (context) => {
    const { app, context: http } = await testApp(context);
    const unknown = await app.inject({ url: '/sd' });
    assert.equal(unknown.statusCode, 503);
    assert.notEqual(unknown.body, '[]');
    assert.equal((await app.inject({ url: '/readyz' })).statusCode, 503);
    http.fleet.setTenants([]);
    const none = await app.inject({ url: '/sd' });
    assert.equal(none.statusCode, 200);
    assert.equal(none.body, '[]');
    assert.equal((await app.inject({ url: '/livez' })).statusCode, 200);
  });

  it('labels of a tenant become labels that Prometheus takes', async (context) => {
    const { app, context: http } = await testApp(context);
    const tenant = { id: 'a1', hostname: 'a1.systemprompt.io', app: 'sp-a1' };
    http.fleet.setTenants([{ ...tenant, labels: { 'tier/level': 'gold', größe: 'xl' } }]);
    const [group = { labels: {} }] = (await app.inject({ url: '/sd' })).json<
      readonly { labels: Readonly<Record<string, string>> }[]
    >();
    assert.equal(group.labels.__meta_tenantwatch_label_tier_level, 'gold');
    for (const name of Object.keys(group.labels)) assert.match(name, /^[a-zA-Z_][a-zA-Z0-9_]*$/u);
  });
});

describe('a probe of a tenant that nothing was decided about', () => {
  it('says neither that it works nor that it does not: a suspended one pages nobody', () => {
    const { probe } = createMetrics({ version: '1', perTenant: true });
    const result = aResult('a', { verdict: 'skipped' });
    const text = probe({ success: undefined, durationMs: 1, result });
    assert.doesNotMatch(text, /probe_success/);
    assert.match(text, /^tenantwatch_probe_verdict\{verdict="skipped",code=""\} 1$/m);
  });
});

describe('a database that cannot be written', () => {
  it('is told by /readyz and by a metric, until it can', async (context) => {
    let writable = false;
    const { app, context: http } = await testApp(context, { databaseWritable: () => writable });
    const missing = (await app.inject({ url: '/readyz' })).body.split('\n');
    assert.ok(missing.includes('the database cannot be written; probing and metrics go on'));
    const metrics = createMetrics({ version: '1', perTenant: true, databaseWritable: http.databaseWritable });
    assert.match(await metrics.render(), /^tenantwatch_database_writable 0$/m);
    writable = true;
    assert.match(await metrics.render(), /^tenantwatch_database_writable 1$/m);
    assert.doesNotMatch((await app.inject({ url: '/readyz' })).body, /database/);
  });
});

describe('the metrics of ten thousand tenants', () => {
  it('are rendered in slices with the event loop served in between, once for all who ask', async (context) => {
    const metrics = createMetrics({ version: '1', perTenant: true });
    for (let index = 0; index < 10_000; index++)
      metrics.tenant({
        tenant: `tenant-${String(index)}`,
        success: true,
        lastRunAt: 1_800_000_000_000,
        problems: [],
      });
    let turns = 0;
    let rendered = false;
    const count = (): void => {
      turns += 1;
      if (!rendered) setImmediate(count);
    };
    setImmediate(count);
    const text = await metrics.render();
    rendered = true;
    assert.ok(turns >= 20, `the event loop was served ${String(turns)} times`);
    assert.equal(text.match(/^tenantwatch_tenant_success\{/gmu)?.length, 10_000);

    const { app, context: http } = await testApp(context);
    let renderings = 0;
    const slow = http.metrics.render;
    Object.assign(http.metrics, {
      render: () => {
        renderings += 1;
        return slow();
      },
    });
    await Promise.all([1, 2, 3].map(() => app.inject({ url: '/metrics' })));
    assert.ok(renderings < 3, String(renderings));
  });
});
