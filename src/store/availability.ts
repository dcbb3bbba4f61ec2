import type { Availability, RunCounts } from '../model/history.ts';
import { DAY_MS, HOUR_MS } from '../model/time.ts';
import { VERDICTS } from '../model/verdict.ts';
import type { Codebook } from './codebook.ts';
import type { Connection } from './connection.ts';
import { VERDICT_IN_SQL } from './run-row.ts';
import type { RollupTable } from './store.ts';
import type { TenantKeys } from './tenant-keys.ts';

/** Hours before this time were removed; days remain. Written by retention. */
export const HOURS_FLOOR_KEY = 'rollups.hours-floor';

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
): Pick<RollupTable, 'availability'> {
  const hoursFloor = connection.prepare<{ value: string }>('SELECT value FROM small_state WHERE key = ?');
  const ofAll = queries(connection, '');
  const ofOne = queries(connection, 'AND tenants.id = ?');

  /** To its hour; to its day where only days are kept. */
  const roundedDown = (since: number): number => {
    const floor = Number(hoursFloor.get(HOURS_FLOOR_KEY)?.value ?? 0);
    const unit = since < floor ? DAY_MS : HOUR_MS;
    return Math.floor(since / unit) * unit;
  };

  /** What the second byte of a run is for each verdict; null where this file has none of it yet. */
  const verdictBytes = (): (Uint8Array | null)[] =>
    VERDICTS.map((verdict) => {
      const code = codes.lookUp('verdict', verdict);
      return code === undefined ? null : Uint8Array.of(code);
    });

  return {
    availability: (tenant, since) =>
      connection.read(() => {
        const key = tenant === null ? null : keys.find(tenant);
        if (key === undefined) return [];
        const [{ hours, days, runs }, only] = key === null ? [ofAll, []] : [ofOne, [key]];
        const start = roundedDown(since);
        const firstDay = Math.ceil(start / DAY_MS) * DAY_MS;
        const sums = new Map<string, RunCounts>();
        for (const rows of [
          hours.all(start, firstDay, ...only),
          days.all(firstDay, Number.MAX_SAFE_INTEGER, ...only),
          runs.all(...verdictBytes(), start - 1, ...only),
        ])
          for (const row of rows) sums.set(row.name, addCounts(sums.get(row.name), row));
        return [...sums].map(([name, sum]) => ({ tenant: name, ...sum, ratio: ratioOf(sum) }));
      }),
  };
}

function queries(connection: Connection, where: string) {
  const sums = VERDICTS.map((verdict) => `sum(${verdict}) AS ${verdict}`).join(', ');
  const counts = VERDICTS.map((verdict) => `total(${VERDICT_IN_SQL} = ?) AS ${verdict}`).join(', ');
  const period = (table: 'hourly' | 'daily') =>
    connection.prepare<SumRow>(
      `SELECT name, ${sums} FROM tenants CROSS JOIN ${table}
       WHERE tenant = tenants.id AND at >= ? AND at < ? ${where} GROUP BY tenants.id`,
    );
  const runs = connection.prepare<SumRow>(
    `SELECT name, ${counts} FROM tenants CROSS JOIN runs
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
