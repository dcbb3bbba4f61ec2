import type { Tenant } from './tenant.ts';
import { HOUR_MS } from './time.ts';

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
  /** How many of the tenants in use its latest answer does not have, when that is why it is not believed; else null. */
  readonly lost?: number | null;
}

/** Where the command line and the API leave for the daemon that a source is right: tenants that it does not list any more are really gone. */
export const ACCEPTED_LOSSES = 'tenants.accepted-losses';

/** Holds for the next list of the source, once, if that comes within an hour: what is lost next month is another matter. */
export interface AcceptedLoss {
  readonly source: string;
  readonly by: string;
  readonly at: number;
}

export function isInForce({ at }: AcceptedLoss, now: number): boolean {
  return now >= at && now - at <= HOUR_MS;
}

/** What is confirmed, with one more; of each source the latest counts. */
export function withAcceptedLoss(
  kept: readonly AcceptedLoss[],
  accepted: AcceptedLoss,
): readonly AcceptedLoss[] {
  return [...kept.filter(({ source }) => source !== accepted.source), accepted];
}
