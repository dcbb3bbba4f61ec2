import type { Observation } from './observation.ts';

export type Family = 'ipv4' | 'ipv6';
export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Response codes that the product tells apart (RFC 1035 section 4.1.1). */
export type Rcode = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'OTHER';

/** One answer to one question. NODATA is `NOERROR` without addresses (RFC 2308 section 2.2). */
export interface DnsAnswer {
  readonly rcode: Rcode;
  /** The AA flag. */
  readonly authoritative: boolean;
  /** Targets of the CNAME chain after the owner name, in order, normalized. */
  readonly cnames: readonly string[];
  /** Addresses of the asked family, canonical text, sorted, no duplicates; at most 256 are kept. */
  readonly addresses: readonly string[];
  /** How many addresses were answered, before the bound. */
  readonly addressCount: number;
  /** Smallest TTL of the records used, or the negative TTL; null when the answer has none. */
  readonly ttlSeconds: number | null;
}

/** A name asked at one server, both families. */
export interface DnsLookup {
  /** `ip:port`, the address that was asked. */
  readonly server: string;
  readonly role: 'resolver' | 'authoritative';
  readonly name: string;
  readonly ipv4: Observation<DnsAnswer>;
  readonly ipv6: Observation<DnsAnswer>;
}
