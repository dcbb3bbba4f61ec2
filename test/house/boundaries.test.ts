import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Rule {
  readonly name: string;
  readonly comment?: string;
}

/** One violation for each rule: where it stands, and what it says. */
const PLANTED: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'no-cycles': ['src/monitor/a.ts', "import './b.ts';"],
  'model-imports-nothing': ['src/model/a.ts', "import '../checks/a.ts';"],
  'core-is-pure': ['src/checks/a.ts', "import 'node:fs';"],
  'config-is-a-leaf': ['src/config/a.ts', "import '../checks/a.ts';"],
  'probes-knows-no-other-adapter': ['src/probes/a.ts', "import '../store/a.ts';"],
  'fly-knows-no-other-adapter': ['src/fly/a.ts', "import '../store/a.ts';"],
  'tenants-knows-no-other-adapter': ['src/tenants/a.ts', "import '../store/a.ts';"],
  'alerts-knows-no-other-adapter': ['src/alerts/a.ts', "import '../store/a.ts';"],
  'store-knows-no-other-adapter': ['src/store/a.ts', "import '../metrics/a.ts';"],
  'metrics-knows-no-other-adapter': ['src/metrics/a.ts', "import '../fly/c.ts';"],
  'adapters-take-config-types-only': ['src/probes/c.ts', "import '../config/b.ts';"],
  'monitor-is-below-its-callers': ['src/monitor/c.ts', "import '../schedule/a.ts';"],
  'callers-get-adapters-from-main': ['src/cli/a.ts', "import '../store/b.ts';"],
  'callers-are-strangers': ['src/http/a.ts', "import '../schedule/a.ts';"],
  'sandbox-stands-alone': ['src/sandbox/a.ts', "import '../checks/b.ts';"],
  'sandbox-is-for-demo-and-tests': ['src/cli/b.ts', "import '../sandbox/b.ts';"],
  'nobody-imports-the-wiring': ['src/monitor/d.ts', "import '../wiring/a.ts';"],
  'src-knows-no-tests': ['src/monitor/e.ts', "import '../../test/a.ts';"],
  'better-sqlite3-has-one-home': ['src/monitor/f.ts', "import 'better-sqlite3';"],
  'dns-packet-has-one-home': ['src/monitor/g.ts', "import 'dns-packet';"],
  'node-cron-has-one-home': ['src/monitor/h.ts', "import 'node-cron';"],
  'prom-client-has-one-home': ['src/monitor/i.ts', "import 'prom-client';"],
  'nodemailer-has-one-home': ['src/monitor/j.ts', "import 'nodemailer';"],
  'fastify-has-one-home': ['src/monitor/k.ts', "import 'fastify';"],
  'commander-has-one-home': ['src/monitor/l.ts', "import 'commander';"],
  'graphql-has-one-home': ['src/monitor/m.ts', "import 'graphql';"],
  'not-resolvable': ['src/monitor/n.ts', "import './nowhere.ts';"],
  'no-dev-deps-in-src': ['src/monitor/o.ts', "import 'fast-check';"],
};

/** What the violations lead to. */
const TARGETS = [
  'checks/b',
  'config/b',
  'fly/c',
  'monitor/b',
  'sandbox/b',
  'schedule/a',
  'store/b',
  'wiring/a',
];

describe('the boundaries', () => {
  const rules = (
    createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as {
      readonly forbidden: readonly Rule[];
    }
  ).forbidden;
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-boundaries-'));
    const write = (file: string, text: string): void => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${text}\n`);
    };
    for (const name of TARGETS) write(`src/${name}.ts`, 'export const value = 1;');
    write('src/monitor/b.ts', "import './a.ts';");
    write('test/a.ts', 'export const value = 1;');
    for (const [file, text] of Object.values(PLANTED)) write(file, text);
    for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs', 'node_modules']) {
      symlinkSync(join(ROOT, name), join(folder, name));
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('have a planted violation for each rule, and each rule says what breaking it means', () => {
    assert.deepEqual(Object.keys(PLANTED).toSorted(), rules.map(({ name }) => name).toSorted());
    for (const { name, comment } of rules) assert.ok((comment ?? '').length > 15, name);
  });

  it('are enforced: every planted violation is found', () => {
    const cruise = spawnSync(
      join(ROOT, 'node_modules/.bin/depcruise'),
      ['src', 'test', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    const { summary } = JSON.parse(cruise.stdout) as {
      readonly summary: { readonly violations: readonly { readonly rule: Rule; readonly from: string }[] };
    };
    const found = new Set(summary.violations.map(({ rule, from }) => `${rule.name} ${from}`));
    for (const [name, [file]] of Object.entries(PLANTED))
      assert.ok(found.has(`${name} ${file}`), `${name} in ${file}`);
  });
});
