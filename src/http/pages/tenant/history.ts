import type { Availability, ClaimRecord, Deploy, Rollup, Transition } from '../../../model/history.ts';
import type { Incident } from '../../../model/incident.ts';
import type { Tenant } from '../../../model/tenant.ts';
import { DAY_MS, HOUR_MS } from '../../../model/time.ts';
import type { Store } from '../../../store/index.ts';
import { latencyOf, type Latency } from './latency.ts';

/** What the database knows of one tenant. */
export interface TenantHistory {
  /** One entry for each of the last 90 days, oldest first; null where nothing was measured. */
  readonly days: readonly { readonly at: number; readonly rollup: Rollup | null }[];
  readonly availability: readonly { readonly label: string; readonly of: Availability | null }[];
  readonly latency: Latency;
  readonly transitions: readonly Transition[];
  readonly deploys: readonly Deploy[];
  readonly incidents: readonly Incident[];
  readonly claims: readonly ClaimRecord[];
}

const STRIP_DAYS = 90;
const PERIODS = [
  ['24 hours', DAY_MS],
  ['7 days', 7 * DAY_MS],
  ['30 days', 30 * DAY_MS],
  ['90 days', 90 * DAY_MS],
] as const;
const MOST = 50;

/** Throws StoreError while the database is away. */
export function tenantHistory(store: Store, { id, app, hostname }: Tenant, now: number): TenantHistory {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const firstDay = today - (STRIP_DAYS - 1) * DAY_MS;
  const days = new Map(store.rollups.days(id, firstDay, today + DAY_MS).map((rollup) => [rollup.at, rollup]));
  const until = now + HOUR_MS;
  // What is not rolled up yet counts as well: the bar of today is of this moment.
  const soFar = store.rollups.availability(id, today)[0];
  if (soFar !== undefined) days.set(today, { latency: {}, ...days.get(today), ...soFar, at: today });
  const claims = [
    ...store.claims.history({ app, limit: MOST }),
    ...store.claims.history({ hostname, limit: MOST }).filter(({ claim }) => claim.app !== app),
  ];
  return {
    days: Array.from({ length: STRIP_DAYS }, (_, index) => {
      const at = firstDay + index * DAY_MS;
      return { at, rollup: days.get(at) ?? null };
    }),
    availability: PERIODS.map(([label, periodMs]) => ({
      label,
      of: store.rollups.availability(id, now - periodMs)[0] ?? null,
    })),
    latency: latencyOf(store, id, now),
    transitions: store.transitions.between(id, firstDay, until, MOST),
    deploys: store.deploys.between(app, firstDay, until, MOST),
    incidents: store.incidents.list({ subject: { scope: 'tenant', name: id }, limit: MOST }),
    claims,
  };
}
