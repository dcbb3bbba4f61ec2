import net from 'node:net';
import type { HttpFacts } from '../model/connection.ts';
import { FAMILIES, type Family } from '../model/dns.ts';
import type { Failure } from '../model/failure.ts';
import type { Observation } from '../model/observation.ts';
import type { Priority } from '../model/priority.ts';
import { SECOND_MS } from '../model/time.ts';
import type { AddressMemory } from './address-memory.ts';
import { isForbiddenAddress } from './address-policy.ts';
import { stopped } from './deadline.ts';
import { familyOf } from './endpoint.ts';
import { openWithinBudget, type HandshakeSettings } from './handshake.ts';
import { getOver, type HttpSettings } from './http-request.ts';
import type { HttpTarget } from './http-target.ts';
import { observe } from './observe.ts';
import { openTcp } from './open-tcp.ts';
import { ProbeError } from './probe-error.ts';
import { resolveFamily, type ResolverOptions } from './resolve.ts';

export type DirectSettings = HandshakeSettings &
  HttpSettings & { readonly resolving: ResolverOptions; readonly addresses: AddressMemory };

/** The question is whether the app answers, not in which protocol; HTTP/1.1 costs half of what HTTP/2 does. */
const DIRECT_PROTOCOLS = ['http/1.1'] as const;

/**
 * Resolves a name that the operator gave, connects and asks. IPv4 first; IPv6 when there is no IPv4 address or no route
 * to it, and then only is it asked for. Never rejects.
 */
export function getDirectly(
  target: HttpTarget,
  priority: Priority,
  settings: DirectSettings,
  signal: AbortSignal,
): Promise<Observation<HttpFacts>> {
  return observe(settings.clock, 'request', async () => {
    let last: Failure | undefined;
    for (const family of FAMILIES) {
      const answer = await getOverFamily(family, target, priority, settings, signal);
      if (answer.outcome === 'observed') return answer.facts;
      if (answer.outcome === 'none') {
        last = morePrecise(last, answer.failure);
        continue;
      }
      last = answer.failure;
      if (last.code !== 'no-route') break;
    }
    throw last === undefined
      ? stopped('resolve', 'no-address', 'the name has no address')
      : new ProbeError(last);
  });
}

interface NoAddress {
  readonly outcome: 'none';
  readonly failure: Failure;
}
type Found = { readonly outcome: 'found'; readonly address: string } | NoAddress;

/** From an address that is remembered as long as that answers: the app may have moved. */
async function getOverFamily(
  family: Family,
  target: HttpTarget,
  priority: Priority,
  settings: DirectSettings,
  signal: AbortSignal,
): Promise<Observation<HttpFacts> | NoAddress> {
  const { hostname } = target;
  const getFrom = (address: string): Promise<Observation<HttpFacts>> =>
    getFromAddress(address, target, priority, settings, signal);
  const remembered = settings.addresses.recall(hostname, family);
  const answer = remembered === undefined ? undefined : await getFrom(remembered);
  if (answer?.outcome === 'observed') return answer;
  settings.addresses.forget(hostname, family);
  const found = await resolve(hostname, family, settings, signal);
  if (found.outcome === 'none') return found;
  if (answer !== undefined && found.address === remembered) return answer;
  return getFrom(found.address);
}

async function resolve(
  hostname: string,
  family: Family,
  settings: DirectSettings,
  signal: AbortSignal,
): Promise<Found> {
  const none = (failure: Failure): NoAddress => ({ outcome: 'none', failure });
  const choose = (addresses: readonly string[]): Found => {
    const allowed = addresses.find(
      (address) => settings.allowPrivateAddresses || !isForbiddenAddress(address),
    );
    if (allowed !== undefined) return { outcome: 'found', address: allowed };
    if (addresses.length === 0)
      return none({ phase: 'resolve', code: 'no-address', detail: 'the name has no address' });
    const detail = 'the name leads to addresses that are not on the public internet: not connected to';
    return none({ phase: 'resolve', code: 'address-forbidden', detail });
  };
  if (net.isIP(hostname) !== 0) return choose(familyOf(hostname) === family ? [hostname] : []);
  const answer = await resolveFamily(hostname, family, settings.resolving, signal);
  if (answer.outcome === 'failed') return none(answer.failure);
  const { rcode, addresses, ttlSeconds } = answer.facts;
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN')
    return none({ phase: 'resolve', code: 'server-error', detail: `the resolvers answer ${rcode}` });
  const chosen = choose(addresses);
  if (chosen.outcome === 'found')
    settings.addresses.keep(hostname, family, chosen.address, (ttlSeconds ?? 0) * SECOND_MS);
  return chosen;
}

/** "No address" of one family says less than whatever happened with the other. */
function morePrecise(previous: Failure | undefined, next: Failure): Failure {
  return previous === undefined || previous.code === 'no-address' ? next : previous;
}

/** Over the connection as it comes: what is asked is whether the app answers, and nobody judges its certificate by it. */
function getFromAddress(
  address: string,
  target: HttpTarget,
  priority: Priority,
  settings: DirectSettings,
  signal: AbortSignal,
): Promise<Observation<HttpFacts>> {
  const { hostname: serverName, port } = target;
  return observe(settings.clock, 'connect', async () => {
    if (target.scheme === 'http')
      return getOver(await openTcp({ address, port }, settings.timeoutMs, signal), target, settings, signal);
    const { opened } = await openWithinBudget(
      { address, port, serverName, attempt: 1, priority },
      DIRECT_PROTOCOLS,
      settings.anchors.lean,
      settings,
      signal,
    );
    if (opened.outcome === 'failed') throw new ProbeError(opened.failure);
    return getOver(opened.socket, target, settings, signal);
  });
}
