import type { DnsAnswer, DnsLookup, Family } from '../model/dns.ts';
import { factsOf, type Observation } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';

/** An answer that says something of the name: addresses, NODATA or NXDOMAIN. SERVFAIL and REFUSED speak of the server. */
export function usableAnswer(observation: Observation<DnsAnswer>): DnsAnswer | undefined {
  if (observation.outcome !== 'observed') return undefined;
  const { rcode } = observation.facts;
  return rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? observation.facts : undefined;
}

/**
 * What a server says of the name's addresses. The zone's own server may name an alias and leave its addresses to the zone that holds them
 * (RFC 1034 section 4.3.2, step 3a): no word on addresses, and not "there are none".
 */
export function addressAnswer(
  role: DnsLookup['role'],
  observation: Observation<DnsAnswer>,
): DnsAnswer | undefined {
  const answer = usableAnswer(observation);
  return answer !== undefined && handsOn(role, answer) ? undefined : answer;
}

/** Does the zone's own server name an alias whose addresses others hold? */
export function handsOn(role: DnsLookup['role'], { rcode, cnames, addresses }: DnsAnswer): boolean {
  return role === 'authoritative' && rcode === 'NOERROR' && cnames.length > 0 && addresses.length === 0;
}

export function sameList(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** The management app's public addresses where answers are to lie within them; null where they are not known or Cloudflare answers. */
export function managementAddresses(
  snapshot: PlatformSnapshot,
  platform: Platform,
): ReadonlySet<string> | null {
  if (platform.edge === 'proxied') return null;
  const addresses = factsOf(snapshot.management.addresses);
  return addresses === undefined || addresses.length === 0 ? null : new Set(addresses);
}

/**
 * `fails`: not one usable answer for any control name. `lies`: its answer for the control names is unlike the truth, and
 * another resolver's is like it.
 */
export type ResolverState = 'answers' | 'fails' | 'lies';

interface View {
  readonly server: string;
  readonly ipv4: DnsAnswer | undefined;
  readonly ipv6: DnsAnswer | undefined;
}

/**
 * How each resolver that was asked for the control names does. Control names are fresh, so no cache excuses an answer. What is
 * true is taken from the zone's own servers, else from the management app's addresses, else from a majority of three or more; without
 * any of these nobody is called a liar.
 */
export function resolverHealth(
  snapshot: PlatformSnapshot,
  platform: Platform,
): ReadonlyMap<string, ResolverState> {
  const views = new Map<string, View>();
  let zone: View | undefined;
  for (const control of snapshot.controls) {
    for (const lookup of control.lookups) {
      const view = viewOf(lookup);
      if (lookup.role === 'authoritative') {
        if (zone === undefined || !answers(zone)) zone = view;
        continue;
      }
      const known = views.get(lookup.server);
      if (known === undefined || !answers(known)) views.set(lookup.server, view);
    }
  }
  const answering = [...views.values()].filter(answers);
  const liars =
    answering.length < 2 || allAlike(answering) ? [] : liarsAmong(answering, zone, snapshot, platform);
  const health = new Map<string, ResolverState>();
  for (const view of views.values()) {
    const state = liars.includes(view) ? 'lies' : 'answers';
    health.set(view.server, answers(view) ? state : 'fails');
  }
  return health;
}

function viewOf({ server, role, ipv4, ipv6 }: DnsLookup): View {
  return { server, ipv4: addressAnswer(role, ipv4), ipv6: addressAnswer(role, ipv6) };
}

function answers(view: View): boolean {
  return view.ipv4 !== undefined || view.ipv6 !== undefined;
}

function allAlike(views: readonly View[]): boolean {
  const [first] = views;
  return first !== undefined && views.every((view) => alike(first, view));
}

/** Alike as far as both answered. */
function alike(a: View, b: View): boolean {
  return alikeIn(a, b, 'ipv4') && alikeIn(a, b, 'ipv6');
}

function alikeIn(a: View, b: View, family: Family): boolean {
  const one = a[family];
  const other = b[family];
  return one === undefined || other === undefined || sameList(one.addresses, other.addresses);
}

function liarsAmong(
  views: readonly View[],
  zone: View | undefined,
  snapshot: PlatformSnapshot,
  platform: Platform,
): readonly View[] {
  const addresses = managementAddresses(snapshot, platform);
  const isWithin = (view: View): boolean => {
    const given = [...(view.ipv4?.addresses ?? []), ...(view.ipv6?.addresses ?? [])];
    return addresses !== null && given.length > 0 && given.every((address) => addresses.has(address));
  };
  const isTrue = (view: View): boolean => {
    if (isWithin(view)) return true;
    if (zone !== undefined && answers(zone)) return alike(view, zone);
    if (addresses !== null || views.length < 3) return false;
    return views.filter((other) => alike(view, other)).length * 2 > views.length;
  };
  const truthful = new Set(views.filter(isTrue));
  return truthful.size === 0 ? [] : views.filter((view) => !truthful.has(view));
}

/**
 * A name that has nothing to do with the platform and that the resolvers did look up: a witness that is given by name. With it, resolvers
 * that fail for the control names do not fail as such.
 */
export function nameThatResolves({ monitor }: PlatformSnapshot): string | undefined {
  return monitor.witnesses.find(
    ({ name, result }) =>
      // `host:port`: an IPv6 address has more colons, an IPv4 address no letter.
      /^[^:[]*[a-z][^:[]*(?::\d+)?$/i.test(name) && result.outcome === 'observed',
  )?.name;
}

/** Resolvers whose answers decide nothing, because they fail or lie. */
export function liesAt(server: string, health: ReadonlyMap<string, ResolverState>): boolean {
  return health.get(server) === 'lies';
}

/** The lookups whose answers count: those of the zone's own servers, and of every resolver that does not lie. */
export function credibleLookups(
  lookups: readonly DnsLookup[],
  health: ReadonlyMap<string, ResolverState>,
): readonly DnsLookup[] {
  return lookups.some(({ server, role }) => role === 'resolver' && liesAt(server, health))
    ? lookups.filter(({ server, role }) => role === 'authoritative' || !liesAt(server, health))
    : lookups;
}

/**
 * Leaves out what was tried at addresses that only a lying resolver gave: nobody else would have gone there.
 */
export function credibleHandshakes<Item extends { readonly address: string }>(
  handshakes: readonly Item[],
  lookups: readonly DnsLookup[],
  health: ReadonlyMap<string, ResolverState>,
): readonly Item[] {
  const credible = credibleLookups(lookups, health);
  if (credible === lookups) return handshakes;
  const addresses = new Set<string>();
  for (const lookup of credible) {
    for (const address of usableAnswer(lookup.ipv4)?.addresses ?? []) addresses.add(address);
    for (const address of usableAnswer(lookup.ipv6)?.addresses ?? []) addresses.add(address);
  }
  return handshakes.filter(({ address }) => addresses.has(address));
}
