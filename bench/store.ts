import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../src/model/logger.ts';
import { DAY_MS, MINUTE_MS } from '../src/model/time.ts';
import { openStore, type RunEntry, type Store } from '../src/store/index.ts';
import { median, type Measure } from './measure.ts';

export interface StoreBenchOptions {
  /** How many runs the file holds when queries are timed. 10 million is the design's size and takes some minutes. */
  readonly runs: number;
  readonly tenants: number;
}

const RUNS_A_BATCH = 200;
const RUNS_A_DAY = DAY_MS / MINUTE_MS;
const DAYS = 30;
const START = Date.UTC(2026, 0, 1);

/** Fills a database as the daemon would and times what the design promises. */
export function benchStore({ runs, tenants }: StoreBenchOptions): readonly Measure[] {
  const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-bench-'));
  try {
    return [
      ...benchRuns(join(folder, 'runs.db'), runs),
      ...benchAvailability(join(folder, 'rollups.db'), tenants),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function benchRuns(path: string, runs: number): readonly Measure[] {
  const store = open(path);
  try {
    // As many tenants as make a day each, written in turn: each batch touches as many places as in the daemon.
    const tenants = Math.max(1, Math.round(runs / RUNS_A_DAY));
    let writtenInMs = 0;
    let batch: RunEntry[] = [];
    const write = (): void => {
      const begun = performance.now();
      store.runs.append(batch);
      writtenInMs += performance.now() - begun;
      batch = [];
    };
    for (let minute = 0; minute < RUNS_A_DAY; minute += 1) {
      for (let tenant = 0; tenant < tenants; tenant += 1) {
        batch.push(healthyRun(tenant, START + minute * MINUTE_MS + ((tenant * 7919) % MINUTE_MS)));
        if (batch.length === RUNS_A_BATCH) write();
      }
    }
    if (batch.length > 0) write();
    store.upkeep.checkpoint();
    const written = RUNS_A_DAY * tenants;
    const day = medianMs(50, (turn) => {
      const tenant = tenantName(Math.floor((turn * tenants) / 50));
      const found = store.runs.between(tenant, START, START + DAY_MS + MINUTE_MS, 2 * RUNS_A_DAY).length;
      if (found !== RUNS_A_DAY) throw new Error(`expected a day of runs, found ${found}`);
    });
    const latest = medianMs(5, () => store.runs.latest().size);
    return [
      {
        name: `runs written, batches of ${RUNS_A_BATCH}`,
        value: (written / writtenInMs) * 1_000,
        unit: 'runs/s',
        limit: { least: 30_000 },
      },
      {
        name: 'file bytes of a healthy run, indexes included',
        value: tableBytes(path, 'runs') / written,
        unit: 'bytes',
        limit: { most: 64 },
      },
      { name: `24 h of one tenant among ${written} runs`, value: day, unit: 'ms', limit: { most: 2 } },
      { name: `newest run of each of ${tenants} tenants`, value: latest, unit: 'ms', limit: { most: 200 } },
    ];
  } finally {
    store.close();
  }
}

function benchAvailability(path: string, tenants: number): readonly Measure[] {
  const store = open(path);
  try {
    // One tenant's month goes in as runs and is rolled up; the others get copies of its days, and runs of today.
    const month: RunEntry[] = [];
    for (let minute = 0; minute < DAYS * RUNS_A_DAY; minute += 1)
      month.push(healthyRun(0, START + minute * MINUTE_MS));
    store.runs.append(month);
    const end = START + DAYS * DAY_MS;
    const begun = performance.now();
    let rolled = 0;
    for (let taken = -1; taken !== 0; rolled += taken) taken = store.rollups.advance(end, { all: true });
    const rollupMs = performance.now() - begun;
    for (let minute = 0; minute < 5; minute += 1)
      store.runs.append(
        Array.from({ length: tenants }, (_, tenant) => healthyRun(tenant, end + minute * MINUTE_MS)),
      );
    copyRollups(path, end);
    store.upkeep.checkpoint();
    const since = end - DAYS * DAY_MS + 6 * 60 * MINUTE_MS;
    const one = medianMs(50, () => store.rollups.availability(tenantName(0), since));
    const all = medianMs(5, () => {
      const found = store.rollups.availability(null, since).length;
      if (found !== tenants) throw new Error(`expected ${tenants} tenants, found ${found}`);
    });
    return [
      {
        name: 'runs taken into hours and days',
        value: (rolled / rollupMs) * 1_000,
        unit: 'runs/s',
        limit: { least: 20_000 },
      },
      { name: `${DAYS} days' availability of one tenant`, value: one, unit: 'ms', limit: { most: 5 } },
      {
        name: `${DAYS} days' availability of ${tenants} tenants`,
        value: all,
        unit: 'ms',
        limit: { most: 200 },
      },
    ];
  } finally {
    store.close();
  }
}

function copyRollups(path: string, rolledUntil: number): void {
  const database = new Database(path);
  for (const table of ['hourly', 'daily'])
    database.exec(
      `INSERT INTO ${table} SELECT tenants.id, at, pass, warn, fail, unknown, skipped
       FROM tenants CROSS JOIN ${table} WHERE tenant = 1 AND tenants.id <> 1`,
    );
  database.prepare('UPDATE tenants SET rolled_until = ?').run(rolledUntil - 1);
  database.close();
}

function tableBytes(path: string, table: string): number {
  const database = new Database(path, { readonly: true });
  const row = database
    .prepare<[string], { bytes: number }>('SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = ?')
    .get(table);
  database.close();
  return row?.bytes ?? 0;
}

function open(path: string): Store {
  const quiet = (): void => undefined;
  const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  return openStore({ path, clock: { now: () => Date.now() }, logger, daemon: true });
}

function tenantName(tenant: number): string {
  return tenant.toString(16).padStart(12, '0');
}

/** What a scheduled run of a healthy tenant looks like: everything passes, times vary. */
function healthyRun(tenant: number, at: number): RunEntry {
  const vary = (base: number): number => base * (0.7 + ((at / 1_000 + tenant * 31) % 97) / 97);
  return {
    run: {
      tenant: tenantName(tenant),
      at,
      durationMs: vary(95),
      trigger: 'schedule',
      verdict: 'pass',
      code: null,
      notPassed: [],
      stages: {
        resolve: vary(4),
        connect: vary(11),
        handshake: vary(25),
        'first-byte': vary(38),
        transfer: vary(0.6),
        direct: vary(60),
      },
    },
    evidence: null,
  };
}

function medianMs(times: number, work: (turn: number) => unknown): number {
  const taken = Array.from({ length: times }, (_, turn) => {
    const begun = performance.now();
    work(turn);
    return performance.now() - begun;
  });
  return median(taken);
}
