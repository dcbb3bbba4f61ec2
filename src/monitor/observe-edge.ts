import { usableAnswer } from '../checks/resolver-health.ts';
import type { Handshake, HttpFacts } from '../model/connection.ts';
import { FAMILIES, type DnsLookup } from '../model/dns.ts';
import type { FailureCode } from '../model/failure.ts';
import { factsOf, notTaken, type Taken } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { Priority } from '../model/priority.ts';
import type { Clock } from '../model/time.ts';
import type { Probes, Server } from '../probes/index.ts';
import type { Servers } from './servers.ts';

export interface EdgeRequest {
  readonly hostname: string;
  readonly port: number;
  readonly servers: Servers;
  readonly priority: Priority;
  /** Send a GET over the first connection, or end at the handshake (a request would wake sleeping machines). */
  readonly request: boolean;
  /** Told as soon as every server has answered, while connections are still being tried. */
  readonly onLookups?: (lookups: readonly DnsLookup[]) => void;
}

export interface EdgeObservation {
  readonly lookups: readonly DnsLookup[];
  readonly handshakes: readonly Handshake[];
  /** `no-connection` when no handshake succeeded or no request was wanted. */
  readonly site: Taken<HttpFacts>;
}

/** Fresh attempts at an address whose first handshake failed: they tell an outage from a blip, and give a rate. */
const REPEATS = 3;
const REPEAT_SPACING_MS = 250;
const LOOK_AGAIN_MS = 1_000;

/** Failures that a repeat cannot change, or that are ours. */
const NOT_REPEATED: ReadonlySet<FailureCode> = new Set([
  'no-route',
  'address-forbidden',
  'aborted',
  'internal',
]);

/**
 * Resolves a name everywhere, connects to each address as soon as any server names it, and sends one GET over the first
 * connection that stands. About three round trips when all is well.
 */
export async function observeEdge(
  probes: Probes,
  clock: Clock,
  { hostname, port, servers, priority, request, onLookups }: EdgeRequest,
  signal: AbortSignal,
): Promise<EdgeObservation> {
  const attempts = new Map<string, Promise<readonly Handshake[]>>();
  let site: Taken<HttpFacts> = notTaken(request ? 'no-connection' : 'not-needed');
  let requested = !request;
  /** Handshakes that an answer, or its absence, was waited for on. */
  const asked = new Set<Handshake>();

  const ask = async (address: string, number: number, onSlow?: () => void): Promise<Handshake> => {
    requested = true;
    const target = { address, port, serverName: hostname, attempt: number, priority };
    const exchange = await probes.exchange(target, signal, onSlow);
    asked.add(exchange.handshake);
    if (exchange.handshake.result.outcome === 'observed') site = exchange.site;
    else requested = site.outcome !== 'not-taken';
    return exchange.handshake;
  };

  /** The one GET goes to whichever address comes first; the others end at the handshake. */
  const attempt = (address: string, number: number, onSlow?: () => void): Promise<Handshake> =>
    requested
      ? probes.handshake({ address, port, serverName: hostname, attempt: number, priority }, signal, onSlow)
      : ask(address, number, onSlow);

  const repeat = async (address: string): Promise<readonly Handshake[]> => {
    const fresh = Array.from({ length: REPEATS }, async (_, index) => {
      await clock.sleep(REPEAT_SPACING_MS * (index + 1), signal).catch(() => undefined);
      return signal.aborted ? undefined : attempt(address, index + 2);
    });
    return (await Promise.all(fresh)).filter((one) => one !== undefined);
  };

  const connect = async (address: string): Promise<readonly Handshake[]> => {
    // A slow handshake is not waited for: the fresh ones start beside it, and a silent edge costs one timeout, not two.
    let beside = undefined as Promise<readonly Handshake[]> | undefined;
    const first = await attempt(address, 1, () => {
      beside ??= repeat(address);
    });
    if (beside !== undefined) return [first, ...(await beside)];
    if (first.result.outcome === 'observed' || NOT_REPEATED.has(first.result.failure.code)) return [first];
    return [first, ...(await repeat(address))];
  };

  const look = async (server: Server): Promise<DnsLookup> => {
    const lookup = await probes.lookup(hostname, server, signal);
    for (const address of addressesOf(lookup)) {
      if (!attempts.has(address)) attempts.set(address, connect(address));
    }
    return lookup;
  };

  /** An error that was answered is asked about once more: resolvers give one while they look for a zone's servers. */
  const lookAtResolvers = async (): Promise<readonly DnsLookup[]> => {
    const lookups = await Promise.all(servers.resolvers.map(look));
    if (lookups.length === 0 || !lookups.every(isErrorAnswer)) return lookups;
    await clock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined);
    return signal.aborted ? lookups : Promise.all(servers.resolvers.map(look));
  };

  const [cached, authoritative] = await Promise.all([
    lookAtResolvers(),
    servers.zone.then((found) => Promise.all(found.map(look))),
  ]);
  const lookups = [...cached, ...authoritative];
  onLookups?.(lookups);
  let handshakes: readonly Handshake[] = (await Promise.all(attempts.values())).flat();
  if (handshakes.some(isRefusedLate)) {
    // Where the edge refuses only in place of an answer, a handshake without a request proves nothing.
    handshakes = await Promise.all(
      handshakes.map(async (one) =>
        one.result.outcome === 'failed' || asked.has(one) ? one : ask(one.address, one.attempt),
      ),
    );
  }
  if (!requested) {
    // All first connections failed or were handshakes only: one more, with an address that answered.
    const good = handshakes.find(({ result }) => result.outcome === 'observed');
    if (good !== undefined) handshakes = [...handshakes, await ask(good.address, good.attempt + 1)];
  }
  return { lookups, handshakes, site };
}

/** The handshake was done on our side and refused all the same, see `probes/exchange.ts`. */
export function isRefusedLate({ result, served }: Handshake): boolean {
  return result.outcome === 'failed' && served !== undefined;
}

function isErrorAnswer({ ipv4, ipv6 }: DnsLookup): boolean {
  return [ipv4, ipv6].every((one) => one.outcome === 'observed' && usableAnswer(one) === undefined);
}

/** Every address that this server names, at most a few: a tenant's answer may hold thousands. */
function addressesOf(lookup: DnsLookup): readonly string[] {
  const addresses = FAMILIES.flatMap((family) => {
    const answer = lookup[family];
    return answer.outcome === 'observed' ? answer.facts.addresses : [];
  });
  return addresses.slice(0, MAX_ADDRESSES);
}

const MAX_ADDRESSES = 16;

export interface BehindProxyRequest {
  readonly hostname: string;
  readonly priority: Priority;
  /** Of the management app. */
  readonly addresses: Promise<Taken<readonly string[]>>;
}

/** With `edge: proxied` TLS ends at another proxy; only the management app's own addresses show what Fly's edge would do. */
export async function observeBehindProxy(
  probes: Probes,
  platform: Pick<Platform, 'edge' | 'httpsPort'>,
  { hostname, priority, addresses }: BehindProxyRequest,
  signal: AbortSignal,
): Promise<readonly Handshake[]> {
  if (platform.edge === 'direct') return [];
  const known = factsOf(await addresses) ?? [];
  return Promise.all(
    known
      .slice(0, MAX_ADDRESSES)
      .map((address) =>
        probes.handshake(
          { address, port: platform.httpsPort, serverName: hostname, attempt: 1, priority },
          signal,
        ),
      ),
  );
}
