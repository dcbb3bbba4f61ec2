import type { Availability, RunCounts } from '../model/history.ts';
import { DAY_MS, HOUR_MS } from '../model/time.ts';
import { VERDICTS } from '../model/verdict.ts';
import type { Codebook } from './codebook.ts';
import type { Connection } from './connection.ts';
import { isCounted, noRuns } from './rollup-row.ts';
import { eachVerdictAndTrigger, VERDICT_AND_TRIGGER_IN_SQL } from './run-row.ts';
import type { TenantKeys } from './tenant-keys.ts';

/** Hours before this time were removed; days remain. Written by retention. */
export const HOURS_FLOOR_KEY = 'rollups.hours-floor';

export interface AvailabilityQuery {
  /**
   * Of the runs on schedule, up to the newest. Others come in crowds while something is wrong, and would make an outage longer than it
   * was; they count where there are none on schedule, as in the history of a gate. `since` is rounded down to its hour. Of all tenants
   * with history with null.
   */
  readonly availability: (tenant: string | null, since: number) => readonly Availability[];
}

interface SumRow extends RunCounts {
  readonly name: string;
}

/**
 * Whole days, the hours before the first whole day, and the runs that are not rolled up yet. The tenant comes first in
 * every join, so that each is one walk along the key, without sorting, however many tenants there are.
 */
export function createAvailability(
  connection: Connection,
  keys: TenantKeys,
  codes: Codebook,
): AvailabilityQuery {
  const hoursFloor = connection.prepare<{ value: string }>('SELECT value FROM small_state WHERE key = ?');
  const ofAll = queries(connection, '');
  const ofOne = queries(connection, 'AND tenants.id = ?');

  /** To its hour; to its day where only days are kept. */
  const roundedDown = (since: number): number => {
    const floor = Number(hoursFloor.get(HOURS_FLOOR_KEY)?.value ?? 0);
    const unit = since < floor ? DAY_MS : HOUR_MS;
    return Math.floor(since / unit) * unit;
  };

  /** Those that count; all of them where none does and none was counted before. */
  const count = (runs: string, before: RunCounts | undefined): RunCounts => {
    const counted = noRuns();
    const others = noRuns();
    eachVerdictAndTrigger(runs, codes, (verdict, trigger) => {
      (isCounted({ trigger }) ? counted : others)[verdict] += 1;
    });
    const someCounted = before !== undefined || VERDICTS.some((verdict) => counted[verdict] > 0);
    return someCounted ? counted : others;
  };

  return {
    availability: (tenant, since) =>
      connection.read(() => {
        const key = tenant === null ? null : keys.find(tenant);
        if (key === undefined) return [];
        const [{ hours, days, runs }, only] = key === null ? [ofAll, []] : [ofOne, [key]];
        const start = roundedDown(since);
        const firstDay = Math.ceil(start / DAY_MS) * DAY_MS;
        const sums = new Map<string, RunCounts>();
        const add = (name: string, counts: RunCounts): void => {
          sums.set(name, addCounts(sums.get(name), counts));
        };
        for (const row of hours.all(start, firstDay, ...only)) add(row.name, row);
        for (const row of days.all(firstDay, Number.MAX_SAFE_INTEGER, ...only)) add(row.name, row);
        for (const row of runs.all(start - 1, ...only)) add(row.name, count(row.runs, sums.get(row.name)));
        return [...sums].map(([name, sum]) => ({ tenant: name, ...sum, ratio: ratioOf(sum) }));
      }),
  };
}

function queries(connection: Connection, where: string) {
  const sums = VERDICTS.map((verdict) => `sum(${verdict}) AS ${verdict}`).join(', ');
  const period = (table: 'hourly' | 'daily') =>
    connection.prepare<SumRow>(
      `SELECT name, ${sums} FROM tenants CROSS JOIN ${table}
       WHERE tenant = tenants.id AND at >= ? AND at < ? ${where} GROUP BY tenants.id`,
    );
  const runs = connection.prepare<{ name: string; runs: string }>(
    `SELECT name, group_concat(${VERDICT_AND_TRIGGER_IN_SQL}, '') AS runs FROM tenants CROSS JOIN runs
     WHERE tenant = tenants.id AND at > max(rolled_until, ?) ${where} GROUP BY tenants.id`,
  );
  return { hours: period('hourly'), days: period('daily'), runs };
}

function addCounts(before: RunCounts | undefined, more: RunCounts): RunCounts {
  return {
    pass: (before?.pass ?? 0) + more.pass,
    warn: (before?.warn ?? 0) + more.warn,
    fail: (before?.fail ?? 0) + more.fail,
    unknown: (before?.unknown ?? 0) + more.unknown,
    skipped: (before?.skipped ?? 0) + more.skipped,
  };
}

function ratioOf({ pass, warn, fail }: RunCounts): Availability['ratio'] {
  const decided = pass + warn + fail;
  return decided === 0 ? null : (pass + warn) / decided;
}
