import type { Tenant } from './tenant.ts';

/** Where the daemon keeps, over restarts and for the command line, the tenants of every source in the configured order. */
export const TENANT_LISTS = 'tenants.last-good';

/** The list in use of one source: its latest, or the last good one. */
export interface TenantListOfSource {
  readonly name: string;
  readonly tenants: readonly Tenant[];
  /** Why its latest answer is not believed; null when it is. */
  readonly reason: string | null;
  /** Since when, milliseconds since the epoch. */
  readonly failingSince: number | null;
}
