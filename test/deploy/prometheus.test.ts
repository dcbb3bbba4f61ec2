import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { ROOT, read, runTool } from './commands.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
}

const list = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
const RULE_FILES = list('config/prometheus/rules');
const TEST_FILES = list('config/prometheus/tests');
const RULES = RULE_FILES.flatMap((file) =>
  (parse(read(file)) as { groups: readonly { rules: readonly Rule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  ),
);
const DASHBOARD = JSON.parse(read('config/grafana/dashboard.json')) as Dashboard;
const QUERIES = DASHBOARD.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Every name that a scrape can contain, as it is declared. */
async function exposed(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics({ version: '0.0.0', perTenant: true });
  // These have no line at all before there is something to say.
  const problems = [{ code: 'site-error', severity: 'critical' } as const];
  metrics.tenant({ tenant: 'a', success: false, lastRunAt: 0, problems });
  metrics.certificates(new Map([['a', 0]]));
  const text = await metrics.render();
  const names = new Set<string>();
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    names.add(name);
    if (type === 'histogram') for (const end of ['_bucket', '_sum', '_count']) names.add(`${name}${end}`);
  }
  return names;
}

const metricsIn = (query: string): readonly string[] =>
  [...query.matchAll(/\btenantwatch[:_][\w:]+/g)].map(([name]) => name);

describe('the rules for Prometheus', () => {
  it('are well-formed', (t) => {
    const ran = runTool(t, 'promtool', ['check', 'rules', ...RULE_FILES]);
    if (ran !== undefined) assert.equal(ran.status, 0, ran.output);
  });

  it('fire when they should, and only then', (t) => {
    const ran = runTool(t, 'promtool', ['test', 'rules', ...TEST_FILES]);
    if (ran !== undefined) assert.equal(ran.status, 0, ran.output);
  });

  it('use only metrics that exist, or that they record themselves', async () => {
    const known = new Set([...(await exposed()), ...RULES.flatMap(({ record }) => record ?? [])]);
    for (const { expr } of RULES)
      for (const name of metricsIn(expr)) assert.ok(known.has(name), `${name} in ${expr}`);
  });

  it('say of each alert how bad it is, what is wrong and what to do, and each is seen to fire and to be quiet', () => {
    const tests = TEST_FILES.map((file) => read(file)).join('\n');
    const alerts = RULES.filter(({ alert }) => alert !== undefined);
    assert.ok(alerts.length >= 15);
    for (const { alert = '', labels, annotations } of alerts) {
      assert.match(labels?.severity ?? '', /^(?:critical|warning)$/, alert);
      assert.ok((annotations?.summary ?? '').length > 20, alert);
      assert.ok((annotations?.action ?? '').length > 5, alert);
      assert.match(
        tests,
        new RegExp(`alertname: ${alert}\\s+exp_alerts:\\s+- `),
        `${alert} never fires in a test`,
      );
      assert.match(
        tests,
        new RegExp(`alertname: ${alert},?\\s+exp_alerts: \\[\\]`),
        `${alert} is never seen to be quiet in a test`,
      );
    }
  });
});

describe('the configuration of Prometheus and Alertmanager', () => {
  it('is well-formed', (t) => {
    const prometheus = ['check', 'config', '--syntax-only', 'config/prometheus/prometheus.yml'];
    const ran = runTool(t, 'promtool', prometheus);
    if (ran !== undefined) assert.equal(ran.status, 0, ran.output);
    const checked = runTool(t, 'amtool', ['check-config', 'config/alertmanager/alertmanager.yml']);
    if (checked !== undefined) assert.equal(checked.status, 0, checked.output);
  });
});

describe('the Grafana dashboard', () => {
  it('uses only metrics that exist, so that it works without the recording rules', async () => {
    const names = await exposed();
    const definitions = DASHBOARD.templating.list.flatMap(({ definition }) => definition ?? []);
    for (const query of [...QUERIES, ...definitions]) {
      assert.ok(metricsIn(query).length > 0, query);
      for (const name of metricsIn(query)) assert.ok(names.has(name), `${name} in ${query}`);
    }
  });

  it('shows every metric', async () => {
    const shown = new Set(QUERIES.flatMap(metricsIn).map((name) => name.replace(/_bucket$/, '')));
    // When a tenant was last verified is an answer to a question about one tenant, not a picture.
    shown.add('tenantwatch_tenant_last_run_timestamp_seconds');
    const declared = [...(await exposed())].filter((name) => !/_(?:bucket|sum|count)$/.test(name));
    assert.deepEqual(
      declared.filter((name) => !shown.has(name)),
      [],
    );
  });

  it('has queries that Prometheus can parse', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-dashboard-'));
    try {
      const rules = QUERIES.map((expr, index) => ({
        record: `query:${String(index)}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*'),
      }));
      const file = join(folder, 'queries.yml');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      const ran = runTool(t, 'promtool', ['check', 'rules', file]);
      if (ran !== undefined) assert.equal(ran.status, 0, ran.output);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('asks the data source that is chosen, in panels that do not overlap', () => {
    assert.equal(DASHBOARD.templating.list[0]?.type, 'datasource');
    const taken = new Set<string>();
    const ids = new Set<number>();
    for (const { id, type, title, datasource, targets = [], gridPos } of DASHBOARD.panels) {
      ids.add(id);
      if (type !== 'row') assert.equal(datasource?.uid, '${datasource}', title);
      for (const target of targets) assert.equal(target.datasource.uid, '${datasource}', title);
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          const cell = `${String(x)}/${String(y)}`;
          assert.ok(!taken.has(cell), `${title} overlaps at ${cell}`);
          taken.add(cell);
        }
    }
    assert.equal(ids.size, DASHBOARD.panels.length);
  });
});
