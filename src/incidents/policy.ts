import { CATALOGUE } from '../diagnosis/catalogue.ts';
import type { Incident } from '../model/incident.ts';
import { HOUR_MS, MINUTE_MS } from '../model/time.ts';

/** When trouble is an incident, when it is over, and how often people hear of it. */
export interface IncidentPolicy {
  /** So many of the latest so many decided runs must fail; certain findings that are no blips do not wait. */
  readonly openAfter: { readonly failures: number; readonly of: number };
  /** Passing runs in a row. */
  readonly resolveAfter: number;
  /** Trouble that returns within this time after its end is the same incident. */
  readonly reopenWithinMs: number;
  /** Time from one message to the next reminder; the last one repeats. Empty: none. */
  readonly reminders: readonly number[];
  /** A storm has this share of the fleet and at least this many tenants with one problem. */
  readonly stormShare: number;
  readonly stormCount: number;
}

export const DEFAULT_INCIDENT_POLICY: IncidentPolicy = {
  openAfter: { failures: 3, of: 4 },
  resolveAfter: 2,
  reopenWithinMs: 15 * MINUTE_MS,
  reminders: [HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS],
  stormShare: 0.2,
  stormCount: 5,
};

/** No fleet is so large that people want to hear of more tenants than this, one by one, with the same problem. */
const STORM_AT_MOST = 25;

/** How many tenants with one problem are a storm in a fleet of this size. */
export function stormThreshold(policy: IncidentPolicy, fleet: number): number {
  return Math.max(policy.stormCount, Math.min(Math.ceil(policy.stormShare * fleet), STORM_AT_MOST), 2);
}

/**
 * What flaps has to hold still: nothing the first time, then `reopenWithinMs`, twice and four times that. So trouble that
 * comes and goes is a handful of messages and a counter.
 */
export function holdMs(policy: IncidentPolicy, times: number): number {
  return times === 0 ? 0 : policy.reopenWithinMs * Math.min(2 ** (times - 1), 4);
}

/**
 * A certain finding that does not end by itself is told at once: a claim, a record, a certificate. What may be over in a moment is
 * looked at again first, however certain one look was: a site that answers 500 while it restarts wakes nobody.
 */
export function opensAtOnce({
  certainty,
  code,
  subject,
}: Pick<Incident, 'certainty' | 'code' | 'subject'>): boolean {
  if (certainty !== 'certain') return false;
  // Platform and monitor have looked at several names, or several times, before they say anything.
  if (subject.scope !== 'tenant') return true;
  // A deploy that replaces the only machine stops the app for some seconds.
  return !CATALOGUE[code].curedByWaiting && code !== 'tenant-app-stopped';
}
