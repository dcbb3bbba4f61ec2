import type { Handshake, HttpFacts } from '../model/connection.ts';
import type { DnsLookup } from '../model/dns.ts';
import type { Observation, Taken } from '../model/observation.ts';
import type { Priority } from '../model/priority.ts';
import type { Witness } from '../model/snapshot.ts';
import type { Clock, Random } from '../model/time.ts';

/** A DNS server to ask. */
export interface Server {
  /** `ip:port`, `[v6]:port`. */
  readonly address: string;
  readonly role: 'resolver' | 'authoritative';
}

/** The one budget that every handshake of the process is taken from. */
export interface HandshakeBudget {
  /** Resolves when a handshake may start; rejects with the signal's reason when it is aborted first. */
  readonly take: (priority: Priority, signal: AbortSignal) => Promise<void>;
}

export interface HandshakeTarget {
  /** IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** The SNI, and the host that is asked for. */
  readonly serverName: string;
  /** 1 for the first connection to this address, higher for fresh repeats. */
  readonly attempt: number;
  readonly priority: Priority;
}

export interface ProbeOptions {
  readonly httpsPort: number;
  /** PEM bundle that is added to the roots. */
  readonly ca: string | null;
  /** Bound of each phase of a connection, milliseconds. */
  readonly timeoutMs: number;
  readonly allowPrivateAddresses: boolean;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly random: Random;
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
  /** TCP connection and full TLS handshake; nothing is sent after it. */
  readonly handshake: (target: HandshakeTarget, signal: AbortSignal) => Promise<Handshake>;
  /** The same, then `GET /` on that same connection. */
  readonly exchange: (
    target: HandshakeTarget,
    signal: AbortSignal,
  ) => Promise<{ readonly handshake: Handshake; readonly site: Taken<HttpFacts> }>;
  /** Resolves through the resolvers, connects, handshakes and asks `GET /`. */
  readonly direct: (
    hostname: string,
    port: number,
    signal: AbortSignal,
    priority: Priority,
  ) => Promise<Observation<HttpFacts>>;
  /** One GET of a configured URL, http or https. */
  readonly get: (url: string, signal: AbortSignal, priority: Priority) => Promise<Observation<HttpFacts>>;
  /** A plain TCP connection to `ip:port`. */
  readonly witness: (name: string, address: string, signal: AbortSignal) => Promise<Witness>;
}

export declare function createProbes(options: ProbeOptions): Probes;
