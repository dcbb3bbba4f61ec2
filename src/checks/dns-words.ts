import { FAMILIES, type DnsLookup } from '../model/dns.ts';
import { failureReason } from '../model/failure.ts';
import type { JsonObject } from '../model/json.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { addressesOf, type NameComparison, type ServerAnswers, type ServerView } from './names.ts';
import type { FailingLookups } from './failing-lookups.ts';
import { listText } from './result.ts';

/** The slowest lookup, milliseconds. */
export function lookupsDuration(lookups: readonly DnsLookup[]): number {
  let durationMs = 0;
  for (const { ipv4, ipv6 } of lookups) durationMs = Math.max(durationMs, ipv4.durationMs, ipv6.durationMs);
  return durationMs;
}

/** Every address that these servers gave, once. */
export function addressesIn(servers: readonly ServerAnswers[]): readonly string[] {
  const given = new Set<string>();
  for (const view of servers) for (const address of addressesOf(view)) given.add(address);
  return [...given];
}

/** The servers of which this is true. */
export function serversIn(comparison: NameComparison, state: ServerView['state']): readonly string[] {
  return comparison.servers.filter((view) => view.state === state).map(({ server }) => server);
}

/** How many resolvers answered, in words. */
export function resolversText(comparison: NameComparison): string {
  const n = comparison.servers.filter(
    ({ role, state }) => role === 'resolver' && state !== 'no-answer',
  ).length;
  if (n === 1) return 'the one resolver that answers';
  return n === 2 ? 'both resolvers that answer' : `all ${n} resolvers that answer`;
}

/** What the deviating servers answer, in words. */
export function deviating(comparison: NameComparison, state: ServerView['state']): string {
  const views = comparison.servers.filter((view) => view.state === state);
  const [first] = views;
  const alias = first?.ipv4?.cnames[0] ?? first?.ipv6?.cnames[0];
  const given = addressesIn(views);
  if (alias === undefined) return listText(given);
  return given.length === 0 ? alias : `${alias} (${listText(given)})`;
}

/** Resolvers that are not right yet. */
export function laggards(comparison: NameComparison): readonly string[] {
  return comparison.servers
    .filter(
      ({ role, state }) =>
        role === 'resolver' && state !== 'same' && state !== 'no-answer' && state !== 'no-control',
    )
    .map(({ server }) => server);
}

/** What one server says, in words. */
export function saying(view: ServerView): string {
  const given = addressesOf(view);
  if (view.state === 'no-answer') return `${view.server} does not answer`;
  if (view.state === 'nxdomain') return `${view.server} says NXDOMAIN`;
  return `${view.server} says ${given.length === 0 ? 'NODATA' : listText(given, 2)}`;
}

/** How the servers fail for a name, in words: `1.1.1.1:53 and 8.8.8.8:53 answer SERVFAIL`. */
export function failingText({ resolvers, zone }: FailingLookups): string {
  const byAnswer = new Map<string, string[]>();
  for (const { server, ipv4, ipv6 } of resolvers) {
    const rcode = [ipv4, ipv6].find((one) => one.outcome === 'observed')?.facts.rcode;
    const says = rcode === undefined ? 'silence' : rcode === 'OTHER' ? 'an error' : rcode;
    byAnswer.set(says, [...(byAnswer.get(says) ?? []), server]);
  }
  const parts = [...byAnswer].map(([says, servers]) => `${says} from ${listText(servers)}`);
  return `${listText(parts)}${ZONE_WORDS[zone]}`;
}

const ZONE_WORDS: Readonly<Record<FailingLookups['zone'], string>> = {
  fails: "; the zone's own servers fail for it as well",
  refers: '; the zone hands the name over to other name servers',
  answers: "; the zone's own servers answer for it",
  silent: '',
};

/** The address family that a server has nothing of. */
export function missingFamily(comparison: NameComparison): string {
  const view = comparison.servers.find(({ state }) => state === 'family-missing');
  return view?.ipv4?.addresses.length === 0 ? 'IPv4' : 'IPv6';
}

/** What the control names resolve to, in words. */
export function expectedText(snapshot: TenantSnapshot): string {
  const given = new Set<string>();
  for (const control of snapshot.platform.controls) {
    for (const lookup of control.lookups) {
      for (const family of FAMILIES) {
        const answer = lookup[family];
        if (answer.outcome === 'observed') for (const address of answer.facts.addresses) given.add(address);
      }
    }
  }
  return listText([...given]);
}

const MOST_SHOWN = 32;

/** Every server with its answers, bounded: a tenant decides how many records its name has. */
export function comparisonEvidence(snapshot: TenantSnapshot, comparison: NameComparison): JsonObject {
  const management = snapshot.platform.management.addresses;
  return {
    name: snapshot.tenant.hostname,
    control: snapshot.platform.controls[0]?.name ?? null,
    servers: comparison.servers.slice(0, 16).map((view) => ({
      server: view.server,
      role: view.role,
      state: view.state,
      rcode: view.ipv4?.rcode ?? view.ipv6?.rcode ?? null,
      ipv4: bounded(view.ipv4?.addresses ?? []),
      ipv6: bounded(view.ipv6?.addresses ?? []),
      cnames: bounded(view.ipv4?.cnames ?? view.ipv6?.cnames ?? []),
      ttlSeconds: view.ipv4?.ttlSeconds ?? view.ipv6?.ttlSeconds ?? null,
    })),
    managementAddresses: management.outcome === 'observed' ? bounded(management.facts) : null,
    ...(comparison.ignored.length === 0 ? {} : { ignored: ignoredEvidence(snapshot, comparison.ignored) }),
  };
}

function bounded(items: readonly string[]): readonly string[] {
  return items.length > MOST_SHOWN ? items.slice(0, MOST_SHOWN) : items;
}

/** Why a resolver's answer decided nothing. */
function ignoredEvidence(snapshot: TenantSnapshot, ignored: readonly string[]): readonly JsonObject[] {
  return ignored.slice(0, 16).map((server) => {
    const lookup = snapshot.lookups.find((candidate) => candidate.server === server);
    const observation = lookup?.ipv4;
    if (observation?.outcome === 'failed') return { server, because: failureReason(observation.failure) };
    const rcode = observation?.facts.rcode ?? 'OTHER';
    return {
      server,
      because: rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? 'lies about the control name' : rcode,
    };
  });
}
