import type { Rollup } from '../model/history.ts';
import type { Run } from '../model/run.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/time.ts';
import { createAvailability, type AvailabilityQuery } from './availability.ts';
import type { Codebook } from './codebook.ts';
import type { Connection } from './connection.ts';
import {
  addRun,
  emptyTally,
  isCounted,
  mergeTally,
  packLatency,
  toRollup,
  unpackTally,
  type RollupRow,
  type Tally,
} from './rollup-row.ts';
import { packedRows, unpackRows, type PackedRows } from './run-row.ts';
import type { TenantKeys } from './tenant-keys.ts';

export interface RollupTable extends AvailabilityQuery {
  /**
   * Takes new runs into hours and days: at most about 2,000 runs of 200 tenants a call, only of tenants with at least five minutes of
   * them unless `all`. Returns how many it took; 0 when there is nothing to do.
   */
  readonly advance: (now: number, options?: { readonly all?: boolean }) => number;
  /** Oldest first, up to the last advance. */
  readonly hours: (tenant: string, since: number, until: number) => readonly Rollup[];
  readonly days: (tenant: string, since: number, until: number) => readonly Rollup[];
}

/** Runs are taken in when this much of them is there: the rows are rewritten each time. */
const WORTHWHILE_MS = 5 * MINUTE_MS;
const RUNS_A_CALL = 2_000;
/** Two rows of each are rewritten, however few runs it had: some ten milliseconds in all. */
const TENANTS_A_CALL = 200;

export interface RollupWriter extends RollupTable {
  /** A run that arrived after its time was rolled up. Only inside a write transaction. */
  readonly addLate: (tenant: number, at: number, run: Run) => void;
}

type Period = 'hourly' | 'daily';
const LENGTH_MS: Readonly<Record<Period, number>> = { hourly: HOUR_MS, daily: DAY_MS };

/**
 * Hours and days (UTC) of each tenant. Every run on schedule is counted exactly once: `tenants.rolled_until` moves in the transaction
 * that adds the runs up to it, and a run that is written at or before it is added in the transaction that writes it.
 */
export function createRollups(connection: Connection, keys: TenantKeys, codes: Codebook): RollupWriter {
  const waiting = connection.prepare<{ id: number; name: string; rolled_until: number }>(
    `SELECT id, name, rolled_until FROM tenants
     WHERE latest_at > rolled_until AND (latest_at >= rolled_until + ? OR latest_at < ?)
     ORDER BY rolled_until LIMIT ?`,
  );
  const newRuns = connection.prepare<PackedRows>(
    packedRows('SELECT at, data FROM runs WHERE tenant = ? AND at > ? ORDER BY at LIMIT ?'),
  );
  const setRolled = connection.prepare('UPDATE tenants SET rolled_until = max(rolled_until, ?) WHERE id = ?');
  const tables = {
    hourly: periodTable(connection, 'hourly', codes),
    daily: periodTable(connection, 'daily', codes),
  };

  const addToBoth = (
    tenant: number,
    runs: Iterable<Pick<Run, 'at' | 'trigger' | 'verdict' | 'durationMs' | 'stages'>>,
  ): void => {
    const tallies = { hourly: new Map<number, Tally>(), daily: new Map<number, Tally>() };
    for (const run of runs) {
      if (!isCounted(run)) continue;
      for (const period of ['hourly', 'daily'] as const) {
        const start = Math.floor(run.at / LENGTH_MS[period]) * LENGTH_MS[period];
        let tally = tallies[period].get(start);
        if (tally === undefined) tallies[period].set(start, (tally = emptyTally()));
        addRun(tally, run);
      }
    }
    for (const period of ['hourly', 'daily'] as const)
      for (const [start, tally] of tallies[period]) tables[period].add(tenant, start, tally);
  };

  return {
    ...createAvailability(connection, keys, codes),
    addLate: (tenant, at, run) => {
      addToBoth(tenant, [{ ...run, at }]);
    },
    advance: (now, options) =>
      connection.write(() => {
        const [least, quietSince] =
          options?.all === true ? [0, now + DAY_MS] : [WORTHWHILE_MS, now - WORTHWHILE_MS];
        let taken = 0;
        for (const { id, name, rolled_until } of waiting.all(least, quietSince, TENANTS_A_CALL)) {
          const rows = unpackRows(name, newRuns.get(id, rolled_until, RUNS_A_CALL - taken), codes);
          addToBoth(id, rows);
          // Without rows the runs were removed before they were counted; there is nothing to wait for.
          const reached = rows.at(-1)?.at;
          setRolled.run(reached ?? now, id);
          taken += rows.length;
          if (taken >= RUNS_A_CALL) break;
        }
        return taken;
      }),
    hours: (tenant, since, until) =>
      connection.read(() => tables.hourly.between(keys.find(tenant), since, until)),
    days: (tenant, since, until) =>
      connection.read(() => tables.daily.between(keys.find(tenant), since, until)),
  };
}

function periodTable(connection: Connection, period: Period, codes: Codebook) {
  const columns = `SELECT ${period}.at, pass, warn, fail, unknown, skipped, data AS latency
    FROM ${period} JOIN ${period}_latency USING (tenant, at)`;
  const select = connection.prepare<RollupRow>(`${columns} WHERE tenant = ? AND at = ?`);
  const between = connection.prepare<RollupRow>(
    `${columns} WHERE tenant = ? AND at >= ? AND at < ? ORDER BY at`,
  );
  const putCounts = connection.prepare(
    `INSERT INTO ${period} (tenant, at, pass, warn, fail, unknown, skipped) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, at) DO UPDATE SET pass = excluded.pass, warn = excluded.warn, fail = excluded.fail,
       unknown = excluded.unknown, skipped = excluded.skipped`,
  );
  const putLatency = connection.prepare(
    `INSERT INTO ${period}_latency (tenant, at, data) VALUES (?, ?, ?)
     ON CONFLICT (tenant, at) DO UPDATE SET data = excluded.data`,
  );
  return {
    add: (tenant: number, start: number, tally: Tally): void => {
      const there = select.get(tenant, start);
      if (there !== undefined) mergeTally(tally, unpackTally(there, codes));
      const { pass, warn, fail, unknown, skipped } = tally.counts;
      putCounts.run(tenant, start, pass, warn, fail, unknown, skipped);
      putLatency.run(tenant, start, packLatency(tally, codes));
    },
    between: (tenant: number | undefined, since: number, until: number) =>
      tenant === undefined ? [] : between.all(tenant, since, until).map((row) => toRollup(row, codes)),
  };
}
