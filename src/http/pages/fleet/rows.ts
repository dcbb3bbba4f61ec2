import type { CheckResult } from '../../../model/check.ts';
import type { Incident } from '../../../model/incident.ts';
import type { ProblemCode } from '../../../model/problem.ts';
import type { Tenant } from '../../../model/tenant.ts';
import type { Fleet, LatestResult } from '../../../monitor/fleet.ts';
import { STANDINGS, type Standing } from '../words.ts';
import type { FleetQuery } from './query.ts';

export interface FleetRow {
  readonly tenant: Tenant;
  readonly latest: LatestResult | undefined;
  readonly standing: Standing;
  /** The tenant's own root, or the other scope's that explains it. */
  readonly code: ProblemCode | null;
  /** First failing run of the incident that goes on, null without one. */
  readonly since: number | null;
}

/** A row of the page that is shown, with what each check says. */
export interface ShownRow extends FleetRow {
  readonly checks: readonly CheckResult[];
}

export interface FleetView {
  readonly rows: readonly ShownRow[];
  /** How many fit the question, and how many there are at all. */
  readonly matching: number;
  readonly total: number;
  /** Of all tenants, whatever is asked. */
  readonly counts: Readonly<Record<Standing, number>>;
  /** Problems there are, the most frequent first. */
  readonly problems: readonly { readonly code: ProblemCode; readonly count: number }[];
  /** The page that is shown, and how many there are; both at least 1. */
  readonly page: number;
  readonly pages: number;
}

/** So many that a page stays below 100 KB when every cell has a reason. */
export const ROWS_A_PAGE = 50;

/** One pass over the fleet, one sort of what fits: ten thousand tenants take some 20 ms. */
export function fleetView(fleet: Fleet, incidents: readonly Incident[], query: FleetQuery): FleetView {
  const counts = Object.fromEntries(STANDINGS.map((standing) => [standing, 0])) as Record<Standing, number>;
  const problems = new Map<ProblemCode, number>();
  const since = new Map(
    incidents
      .filter(({ subject, state }) => subject.scope === 'tenant' && state === 'open')
      .map(({ subject, firstFailedAt }) => [subject.name, firstFailedAt]),
  );
  const fitting: FleetRow[] = [];
  let total = 0;
  for (const tenant of fleet.tenants()) {
    total += 1;
    const latest = fleet.latest(tenant.id);
    const standing: Standing = latest?.verdict ?? 'waiting';
    const code = latest?.diagnosis?.code ?? latest?.explainedBy?.code ?? null;
    counts[standing] += 1;
    if (code !== null) problems.set(code, (problems.get(code) ?? 0) + 1);
    const row = { tenant, latest, standing, code, since: since.get(tenant.id) ?? null };
    if (fits(row, query)) fitting.push(row);
  }
  fitting.sort(comparisonOf(query));
  const pages = Math.max(1, Math.ceil(fitting.length / ROWS_A_PAGE));
  const page = Math.min(query.page, pages);
  return {
    rows: fitting
      .slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE)
      .map((row) => ({ ...row, checks: fleet.result(row.tenant.id)?.checks ?? [] })),
    matching: fitting.length,
    total,
    counts,
    problems: [...problems]
      .map(([code, count]) => ({ code, count }))
      .sort((a, b) => b.count - a.count || compareText(a.code, b.code)),
    page,
    pages,
  };
}

function fits({ tenant, standing, code }: FleetRow, query: FleetQuery): boolean {
  if (query.standing !== null && standing !== query.standing) return false;
  if (query.problem !== null && code !== query.problem) return false;
  if (query.search === '') return true;
  const has = (text: string): boolean => text.toLowerCase().includes(query.search);
  if (has(tenant.id) || has(tenant.hostname) || has(tenant.app) || (code !== null && has(code))) return true;
  return Object.entries(tenant.labels).some(([name, value]) => has(`${name}:${value}`));
}

type Comparison = (a: FleetRow, b: FleetRow) => number;

const byName: Comparison = (a, b) => compareText(a.tenant.hostname, b.tenant.hostname);

function comparisonOf({ order }: FleetQuery): Comparison {
  switch (order) {
    case 'name':
      return byName;
    case 'oldest':
      return (a, b) => (a.latest?.at ?? 0) - (b.latest?.at ?? 0) || byName(a, b);
    case 'slowest':
      return (a, b) => (b.latest?.durationMs ?? -1) - (a.latest?.durationMs ?? -1) || byName(a, b);
    case 'trouble':
      return (a, b) => {
        const rank = STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing);
        // What failed last is what someone is looking for.
        return rank !== 0 ? rank : (b.since ?? 0) - (a.since ?? 0) || byName(a, b);
      };
  }
}

/** By code units: the names are ASCII, and ten thousand of them are compared on each request. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
