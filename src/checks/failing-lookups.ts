import type { DnsAnswer, DnsLookup } from '../model/dns.ts';
import { FAMILIES } from '../model/dns.ts';
import type { FailureCode } from '../model/failure.ts';
import type { Observation } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { resolverHealth, usableAnswer } from './resolver-health.ts';

/** A name that nobody can look up, while everybody who was asked answers for the control names. */
export interface FailingLookups {
  /** Every resolver that answers for the control names; all of them fail for this name. */
  readonly resolvers: readonly DnsLookup[];
  /** The zone's own servers: do they fail for the name as well, refer to others, or answer; `silent`: they were not asked or heard. */
  readonly zone: 'fails' | 'refers' | 'answers' | 'silent';
}

/**
 * Does the name itself defeat its lookup? One server that fails may have a bad day of its own: it takes two, both of which answered for
 * control names in the same run. See docs/adr/0007-a-lookup-that-fails.md.
 */
export function failingLookups(
  { lookups, platform: shared }: TenantSnapshot,
  platform: Platform,
): FailingLookups | undefined {
  const health = resolverHealth(shared, platform);
  const resolvers = lookups.filter(
    ({ server, role }) => role === 'resolver' && health.get(server) === 'answers',
  );
  if (!resolvers.every(fails)) return undefined;
  const answersForControls = (server: string): boolean =>
    shared.controls.some((control) =>
      control.lookups.some((lookup) => lookup.server === server && answers(lookup)),
    );
  const zone = zoneState(
    lookups.filter(({ role, server }) => role === 'authoritative' && answersForControls(server)),
  );
  const witnesses = resolvers.length + (zone === 'fails' || zone === 'refers' ? 1 : 0);
  return resolvers.length >= 1 && witnesses >= 2 ? { resolvers, zone } : undefined;
}

function zoneState(lookups: readonly DnsLookup[]): FailingLookups['zone'] {
  if (lookups.some(answers)) return 'answers';
  if (lookups.some(refers)) return 'refers';
  return lookups.some(fails) ? 'fails' : 'silent';
}

function answers({ ipv4, ipv6 }: DnsLookup): boolean {
  return usableAnswer(ipv4) !== undefined || usableAnswer(ipv6) !== undefined;
}

/** Neither family was answered, and not because we stopped. */
function fails(lookup: DnsLookup): boolean {
  return FAMILIES.every((family) => isServersFailure(lookup[family]));
}

const OURS: ReadonlySet<FailureCode> = new Set(['aborted', 'internal', 'no-route', 'address-forbidden']);

function isServersFailure(observation: Observation<DnsAnswer>): boolean {
  return observation.outcome === 'failed'
    ? !OURS.has(observation.failure.code)
    : usableAnswer(observation) === undefined;
}

/** The zone's own server says that others answer for this name. */
function refers({ ipv4, ipv6 }: DnsLookup): boolean {
  return [ipv4, ipv6].some((one) => one.outcome === 'failed' && one.failure.code === 'redirected');
}
