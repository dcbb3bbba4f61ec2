import type { Family } from './dns.ts';
import type { Observation } from './observation.ts';

/** The served leaf certificate and what OpenSSL says of its chain. Dates and names are facts; whether they are good is judged elsewhere. */
export interface CertificateFacts {
  /** DNS names of the subject alternative name, as served, sanitized; at most 100. */
  readonly names: readonly string[];
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256 of the DER form, lower-case hex without colons. */
  readonly fingerprint: string;
  /** Whether the chain leads to a trusted root, dates and names left aside. */
  readonly trust:
    'trusted' | 'self-signed' | 'unknown-issuer' | 'incomplete-chain' | 'invalid-chain' | 'revoked';
}

export interface TlsFacts {
  /** `TLSv1.3`, `TLSv1.2`. */
  readonly version: string;
  /** Negotiated application protocol, null when none. */
  readonly alpn: 'h2' | 'http/1.1' | null;
  readonly certificate: CertificateFacts;
}

/** One attempt at one address: TCP connection, then a full handshake with SNI. */
export interface Handshake {
  readonly address: string;
  readonly family: Family;
  readonly port: number;
  readonly serverName: string;
  /** 1 for the first connection to this address, higher for the fresh repeats after a failure. */
  readonly attempt: number;
  readonly result: Observation<TlsFacts>;
  /** Time to the TCP connection, and of the TLS handshake; null when it was not reached. */
  readonly connectMs: number | null;
  readonly handshakeMs: number | null;
  /** The certificate that came before a handshake that failed late; that of a successful one is in `result`. */
  readonly served?: CertificateFacts;
}

/** The answer to one GET. Bodies are read up to 64 KiB, never decoded, redirects recorded and never followed. */
export interface HttpFacts {
  readonly status: number;
  readonly protocol: 'http/1.1' | 'h2';
  /** A few headers that serve as evidence (server, via, location, content-type, fly-request-id, fly-cache-status, date), sanitized. */
  readonly headers: Readonly<Record<string, string>>;
  /** Region at the end of `fly-request-id`; tells which edge answered. */
  readonly region: string | null;
  /** SHA-256 (hex) of the body as read, with every occurrence of the asked host name's first label replaced by `{tenant}`: equal answers to different names compare equal. */
  readonly bodyDigest: string;
  readonly bodyBytes: number;
  readonly bodyTruncated: boolean;
  /** First characters of a textual body, sanitized, at most 200. */
  readonly bodyPreview: string;
  /** Milliseconds from sending the request to the first byte of the answer, and to its end. */
  readonly firstByteMs: number;
  readonly totalMs: number;
  /** Milliseconds since the epoch of the `Date` header, null without one. */
  readonly serverDate: number | null;
}
