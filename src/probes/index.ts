import type { Handshake, HttpFacts } from '../model/connection.ts';
import type { DnsLookup } from '../model/dns.ts';
import { normalizeHostname } from '../model/hostname.ts';
import type { Observation } from '../model/observation.ts';
import type { Priority } from '../model/priority.ts';
import type { Witness } from '../model/snapshot.ts';
import type { Clock } from '../model/time.ts';
import { createAddressMemory } from './address-memory.ts';
import { createCertificateReader } from './certificate.ts';
import { createChainMemory } from './chain-memory.ts';
import { getDirectly, type DirectSettings } from './direct.ts';
import { exchange, type Exchange } from './exchange.ts';
import { attemptHandshake, SITE_PROTOCOLS, type HandshakeTarget } from './handshake.ts';
import type { HandshakeBudget } from './handshake-budget.ts';
import { lookup, type Server } from './lookup.ts';
import { observe } from './observe.ts';
import { createTrustAnchors } from './secure-context.ts';
import { stopped } from './deadline.ts';
import { witness } from './witness.ts';
import { zoneServers } from './zone-servers.ts';

export { createHandshakeBudget, type AdjustableBudget, type HandshakeBudget } from './handshake-budget.ts';
export type { Exchange } from './exchange.ts';
export type { HandshakeTarget } from './handshake.ts';
export type { Server } from './lookup.ts';

export interface ProbeOptions {
  /** PEM bundle that is added to the roots. */
  readonly ca: string | null;
  /** Bound of each phase of a connection, and of a question to a name server; milliseconds. */
  readonly timeoutMs: number;
  readonly allowPrivateAddresses: boolean;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly handshakes: HandshakeBudget;
  /** `ip:port`, in the order in which they are asked. */
  readonly resolvers: readonly string[];
}

/** Every probe answers with an observation and never rejects; what a tenant controls in it is bounded plain text. */
export interface Probes {
  /** A and AAAA side by side, at one server. */
  readonly lookup: (name: string, server: Server, signal: AbortSignal) => Promise<DnsLookup>;
  /** `ip:port` of the zone's own name servers, found through the resolvers. */
  readonly zoneServers: (domain: string, signal: AbortSignal) => Promise<Observation<readonly string[]>>;
  /** TCP connection and full TLS handshake; nothing is sent after it. `onSlow` is told while a slow one goes on. */
  readonly handshake: (
    target: HandshakeTarget,
    signal: AbortSignal,
    onSlow?: () => void,
  ) => Promise<Handshake>;
  /** The same, then `GET /` on that same connection. */
  readonly exchange: (target: HandshakeTarget, signal: AbortSignal, onSlow?: () => void) => Promise<Exchange>;
  /** Resolves through the resolvers, once in the TTL of the answer unless it leads nowhere; connects, handshakes and asks `GET /`. */
  readonly direct: (
    hostname: string,
    port: number,
    signal: AbortSignal,
    priority: Priority,
  ) => Promise<Observation<HttpFacts>>;
  /** One GET of a configured URL, http or https. */
  readonly get: (url: string, signal: AbortSignal, priority: Priority) => Promise<Observation<HttpFacts>>;
  /** A plain TCP connection to `ip:port` or `name:port`. */
  readonly witness: (name: string, address: string, signal: AbortSignal) => Promise<Witness>;
}

/** The probes of one process: they share TLS contexts, one cache of certificate facts and one handshake budget. */
export function createProbes(options: ProbeOptions): Probes {
  const { clock, timeoutMs } = options;
  const anchors = createTrustAnchors(options.ca);
  const chains = createChainMemory(clock);
  const resolving = { clock, timeoutMs, resolvers: options.resolvers };
  const settings: DirectSettings = {
    clock,
    timeoutMs,
    anchors,
    chains,
    userAgent: options.userAgent,
    allowPrivateAddresses: options.allowPrivateAddresses,
    handshakes: options.handshakes,
    readCertificate: createCertificateReader({ clock, roots: anchors.roots, memory: chains }),
    resolving,
    addresses: createAddressMemory(clock),
  };
  return {
    lookup: (name, server, signal) => lookup(normalizeHostname(name), server, resolving, signal),
    zoneServers: (domain, signal) =>
      zoneServers(domain, { ...resolving, allowPrivateAddresses: options.allowPrivateAddresses }, signal),
    handshake: async (target, signal, onSlow) => {
      const { handshake, socket } = await attemptHandshake(target, SITE_PROTOCOLS, settings, signal, onSlow);
      socket?.destroy();
      return handshake;
    },
    exchange: (target, signal, onSlow) => exchange(target, settings, signal, onSlow),
    direct: (hostname, port, signal, priority) =>
      getDirectly({ scheme: 'https', hostname, port, path: '/' }, priority, settings, signal),
    get: (url, signal, priority) => {
      const target = targetOf(url);
      return target === undefined
        ? observe(clock, 'request', () =>
            Promise.reject(stopped('request', 'internal', 'this is not an http or https URL')),
          )
        : getDirectly(target, priority, settings, signal);
    },
    witness: (name, address, signal) => witness(name, address, resolving, signal),
  };
}

function targetOf(url: string): Parameters<typeof getDirectly>[0] | undefined {
  const parsed = URL.parse(url);
  if (parsed === null) return undefined;
  const { protocol, port, pathname, search } = parsed;
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const scheme = protocol === 'https:' ? 'https' : 'http';
  return {
    scheme,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port),
    path: pathname + search,
  };
}
