import type { Availability } from '../model/history.ts';
import { spokenRatio, spokenTime } from '../model/spoken.ts';
import { columns } from './columns.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say } from './wording.ts';

/** What `availability` prints. Times are milliseconds since the epoch. */
export interface AvailabilityReport {
  readonly schema: 'tenantwatch.availability/1';
  readonly since: number;
  readonly until: number;
  /** Over the tenants: each counts alike, however often it was verified. Null when no run was decided. */
  readonly mean: number | null;
  /** Of all of them, also of those that `limit` left out. */
  readonly count: number;
  /** The worst first; tenants of which nothing was decided last. */
  readonly tenants: readonly Availability[];
}

export function availabilityReport(
  all: readonly Availability[],
  range: { readonly since: number; readonly until: number; readonly limit: number },
): AvailabilityReport {
  const ratios = all.flatMap(({ ratio }) => ratio ?? []);
  const sorted = all.toSorted(
    (a, b) => (a.ratio ?? 2) - (b.ratio ?? 2) || b.fail - a.fail || compare(a.tenant, b.tenant),
  );
  return {
    schema: 'tenantwatch.availability/1',
    since: range.since,
    until: range.until,
    mean: ratios.length === 0 ? null : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length,
    count: all.length,
    tenants: sorted.slice(0, range.limit),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function availabilityText(report: AvailabilityReport, palette: Palette = PLAIN): string {
  const { tenants, count, mean, since } = report;
  if (count === 0) return `No run is kept since ${spokenTime(since)}.\n`;
  const header = ['tenant', 'available', 'decided', 'failed', 'unknown', 'skipped'].map((text) => ({
    text,
    style: palette.dim,
  }));
  const rows = tenants.map(({ tenant, ratio, pass, warn, fail, unknown, skipped }) => [
    say(tenant),
    {
      text: ratio === null ? '-' : spokenRatio(ratio),
      style: fail === 0 ? palette.good : palette.bad,
    },
    ...[pass + warn + fail, fail, unknown, skipped].map(String),
  ]);
  const left = count - tenants.length;
  const lines = [
    `since ${spokenTime(since)}; what is unknown counts for nobody`,
    columns([header, ...rows], { right: [1, 2, 3, 4, 5] }),
    ...(left > 0 ? [`  and ${left} more that are no worse (--limit)`] : []),
    ...(count > 1 && mean !== null ? [`${spokenRatio(mean)} on average over ${count} tenants`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
