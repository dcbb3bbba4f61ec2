import { FAMILIES, type DnsAnswer, type DnsLookup, type Family } from '../model/dns.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import { failingLookups } from './failing-lookups.ts';
import {
  credibleLookups,
  handsOn,
  managementAddresses,
  resolverHealth,
  sameList,
  usableAnswer,
} from './resolver-health.ts';

/**
 * What one server says of the name, both families together, against what it says of the control names: `own` an answer of
 * its own; `no-data` the name exists and has no address; `family-missing` so for one family only; `nxdomain` it does not exist;
 * `unresolved` neither does the control; `no-control` nothing to compare with; `no-answer` the server failed.
 */
export type ServerState =
  'same' | 'own' | 'no-data' | 'family-missing' | 'nxdomain' | 'unresolved' | 'no-control' | 'no-answer';

export interface ServerAnswers {
  readonly server: string;
  readonly role: DnsLookup['role'];
  readonly ipv4: DnsAnswer | undefined;
  readonly ipv6: DnsAnswer | undefined;
}

export interface ServerView extends ServerAnswers {
  readonly state: ServerState;
}

/**
 * All servers together. `cached`: the zone's own servers are right, some resolvers not yet. `disagree`: the zone's servers are
 * not known and the resolvers are of several minds, or the zone's servers themselves. `within-ttl`: they agree on an answer that caches
 * may still hold from before the control names changed. `failing`: nobody can look the name up. `outside`: as the control, and not the
 * management app's addresses.
 */
export type NameOutcome =
  | 'same'
  | 'own'
  | 'cached'
  | 'disagree'
  | 'within-ttl'
  | 'no-data'
  | 'family-missing'
  | 'nxdomain'
  | 'failing'
  | 'outside'
  | 'unresolved'
  | 'no-control'
  | 'no-answer';

export interface NameComparison {
  readonly outcome: NameOutcome;
  /** Who says so: `zone` is the truth, `resolvers` what visitors get. */
  readonly source: 'zone' | 'resolvers';
  /** Does every resolver that answers say so? */
  readonly everywhere: boolean;
  readonly servers: readonly ServerView[];
  /** Resolvers whose answers were left aside, because they fail or lie. */
  readonly ignored: readonly string[];
}

/** Compares the tenant's name with the control names, server by server, family by family. */
export function compareWithControl(snapshot: TenantSnapshot, platform: Platform): NameComparison {
  const shared = snapshot.platform;
  const health = resolverHealth(shared, platform);
  const credible = credibleLookups(snapshot.lookups, health);
  const servers = credible.map((lookup) => serverView(lookup, shared));
  const zone = servers.filter(({ role, state }) => role === 'authoritative' && state !== 'no-answer');
  const resolvers = servers.filter(({ role, state }) => role === 'resolver' && state !== 'no-answer');
  const ignored = [
    ...snapshot.lookups.filter((lookup) => !credible.includes(lookup)),
    ...servers.filter(({ role, state }) => role === 'resolver' && state === 'no-answer'),
  ].map(({ server }) => server);
  const decided = decide(zone, resolvers, isWithinTtl(snapshot));
  if (decided.outcome === 'no-answer') {
    const failing = failingLookups(snapshot, platform);
    const source = failing?.zone === 'fails' || failing?.zone === 'refers' ? 'zone' : 'resolvers';
    if (failing !== undefined) return { outcome: 'failing', source, everywhere: true, servers, ignored };
  }
  const outcome =
    decided.outcome === 'same' && liesOutside(servers, shared, platform) ? 'outside' : decided.outcome;
  return { ...decided, outcome, servers, ignored };
}

type Decision = Pick<NameComparison, 'outcome' | 'source' | 'everywhere'>;

/** In the order in which one deviating server decides for the zone. */
const DEVIATIONS = ['own', 'nxdomain', 'no-data', 'family-missing'] as const;

function decide(zone: readonly ServerView[], resolvers: readonly ServerView[], withinTtl: boolean): Decision {
  const comparable = resolvers.filter(({ state }) => state !== 'no-control');
  const states = new Set(comparable.map(({ state }) => state));
  const [only] = states;
  const atZone = DEVIATIONS.find((deviation) => zone.some(({ state }) => state === deviation));
  // Of several minds itself, the zone is being changed: what it will say is not known yet.
  if (atZone !== undefined && zone.some(({ state }) => state === 'same')) {
    return { outcome: 'disagree', source: 'zone', everywhere: false };
  }
  if (atZone !== undefined) {
    return { outcome: atZone, source: 'zone', everywhere: states.size === 1 && only === atZone };
  }
  const byResolvers = (outcome: NameOutcome, everywhere = true): Decision => ({
    outcome,
    source: 'resolvers',
    everywhere,
  });
  if (comparable.length === 0 || only === undefined) {
    return byResolvers(resolvers.length > 0 ? 'no-control' : 'no-answer');
  }
  if (states.size === 1 && (only === 'same' || only === 'unresolved')) return byResolvers(only);
  const zoneIsRight = zone.some(({ state }) => state === 'same');
  // A wildcard has no name that does not exist: a cache, a filter or a faulty server says so, whatever the zone holds.
  if (states.has('nxdomain') && (zoneIsRight || !withinTtl)) {
    return byResolvers('nxdomain', states.size === 1);
  }
  if (zoneIsRight) return { outcome: 'cached', source: 'zone', everywhere: !states.has('same') };
  if (states.size > 1 || !agree(comparable)) return byResolvers('disagree', false);
  if (withinTtl) return byResolvers('within-ttl');
  return byResolvers(only);
}

/** May caches still hold what the control names answered before they last changed? */
export function isWithinTtl(snapshot: TenantSnapshot): boolean {
  const until = snapshot.platform.previousAnswerUntil;
  return until !== null && snapshot.takenAt < until;
}

function agree(views: readonly ServerView[]): boolean {
  const [first] = views;
  if (first === undefined) return true;
  return views.every((view) => FAMILIES.every((family) => sameAnswer(first[family], view[family])));
}

/** Equal addresses, or the same alias: what an alias leads to may differ by place. */
function sameAnswer(a: DnsAnswer | undefined, b: DnsAnswer | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  if (a.cnames.length > 0 && a.cnames[0] === b.cnames[0]) return true;
  return sameList(a.addresses, b.addresses) && sameList(a.cnames, b.cnames);
}

function liesOutside(servers: readonly ServerView[], shared: PlatformSnapshot, platform: Platform): boolean {
  const expected = managementAddresses(shared, platform);
  return expected !== null && servers.some((view) => outsideAddresses(view, expected).length > 0);
}

/** Addresses that a server gave and that are not among the expected ones. */
export function outsideAddresses(view: ServerAnswers, expected: ReadonlySet<string>): readonly string[] {
  return addressesOf(view).filter((address) => !expected.has(address));
}

/** Both families' addresses as one server gave them. */
export function addressesOf(view: ServerAnswers): readonly string[] {
  return [...(view.ipv4?.addresses ?? []), ...(view.ipv6?.addresses ?? [])];
}

function serverView(lookup: DnsLookup, shared: PlatformSnapshot): ServerView {
  const ipv4 = usableAnswer(lookup.ipv4);
  const ipv6 = usableAnswer(lookup.ipv6);
  const control4 = controlAnswers(shared, lookup, 'ipv4');
  const control6 = controlAnswers(shared, lookup, 'ipv6');
  const answered = ipv4 !== undefined || ipv6 !== undefined;
  const { server, role } = lookup;
  const noWildcard =
    control4.length + control6.length > 0 && !leads(role, control4) && !leads(role, control6);
  const state =
    answered && noWildcard
      ? stateWithoutWildcard(ipv4, ipv6)
      : serverState([familyState(role, ipv4, control4), familyState(role, ipv6, control6)]);
  return { server, role, state, ipv4, ipv6 };
}

/** To addresses, or at the zone's own server to a name whose addresses others hold. */
function leads(role: DnsLookup['role'], answers: readonly DnsAnswer[]): boolean {
  return answers.some((answer) => answer.addresses.length > 0 || handsOn(role, answer));
}

/** The control names have no address at all: a name that has one is cached or has its own, and nothing tells which. */
function stateWithoutWildcard(ipv4: DnsAnswer | undefined, ipv6: DnsAnswer | undefined): ServerState {
  const hasAddress = (ipv4?.addresses.length ?? 0) + (ipv6?.addresses.length ?? 0) > 0;
  return hasAddress ? 'no-control' : 'unresolved';
}

/** What the control names answer at this server; at another of its kind, or any, where this one failed for them. */
export function controlAnswers(
  shared: PlatformSnapshot,
  asked: Pick<DnsLookup, 'server' | 'role'>,
  family: Family,
): readonly DnsAnswer[] {
  const here: DnsAnswer[] = [];
  const alike: DnsAnswer[] = [];
  const anywhere: DnsAnswer[] = [];
  for (const control of shared.controls) {
    for (const lookup of control.lookups) {
      const answer = usableAnswer(lookup[family]);
      if (answer === undefined) continue;
      const sameRole = lookup.role === asked.role;
      (sameRole && lookup.server === asked.server ? here : sameRole ? alike : anywhere).push(answer);
    }
  }
  if (here.length > 0) return here;
  return alike.length > 0 ? alike : anywhere;
}

type FamilyState = 'same' | 'own' | 'no-data' | 'nxdomain' | 'none' | 'no-control' | 'no-answer';

/** `none`: neither the name nor the control has an address of this family. */
function familyState(
  role: DnsLookup['role'],
  answer: DnsAnswer | undefined,
  controls: readonly DnsAnswer[],
): FamilyState {
  if (answer === undefined) return 'no-answer';
  if (controls.length === 0) return 'no-control';
  const aliasOnly = handsOn(role, answer);
  for (const control of controls) {
    // Where the control was heard at a resolver only, its chain goes on.
    if (aliasOnly && sameList(answer.cnames, control.cnames.slice(0, answer.cnames.length))) return 'same';
    if (sameList(answer.addresses, control.addresses) && sameList(answer.cnames, control.cnames)) {
      if (answer.addresses.length > 0) return 'same';
      if (answer.rcode === control.rcode) return 'none';
    }
  }
  if (answer.addresses.length > 0) return 'own';
  // An alias that leads nowhere is a record of the name's own.
  if (answer.cnames.length > 0 && !controls.some((control) => sameList(control.cnames, answer.cnames))) {
    return 'own';
  }
  if (answer.rcode === 'NXDOMAIN')
    return controls.some(({ rcode }) => rcode === 'NOERROR') ? 'nxdomain' : 'none';
  return leads(role, controls) ? 'no-data' : 'none';
}

function serverState(families: readonly [FamilyState, FamilyState]): ServerState {
  const has = (state: FamilyState): boolean => families[0] === state || families[1] === state;
  if (has('own')) return 'own';
  if (has('nxdomain')) return 'nxdomain';
  if (has('no-data')) return has('same') || has('no-answer') ? 'family-missing' : 'no-data';
  if (has('same')) return 'same';
  if (has('none')) return 'unresolved';
  return has('no-control') ? 'no-control' : 'no-answer';
}
