import tls, { type SecureContext } from 'node:tls';

/** What every TLS probe shares. */
export interface TrustAnchors {
  /** Has OpenSSL judge the served chain. */
  readonly judging: SecureContext;
  /** Trusts nobody: for names whose chain was judged lately, see chain-memory.ts. */
  readonly lean: SecureContext;
  /** The roots as PEM, the configured bundle among them; read only when a chain has to be walked by hand. */
  readonly roots: () => readonly string[];
}

/**
 * Two contexts for the whole process: making one for each connection costs half a handshake, and with a bundle many
 * handshakes. Classical key exchange only: the hybrid post-quantum group that OpenSSL offers first costs a probe, which
 * has no secrets, 0.15 ms of CPU a connection.
 */
export function createTrustAnchors(ca: string | null): TrustAnchors {
  const roots = (): readonly string[] => [
    ...tls.getCACertificates('default'),
    ...(ca === null ? [] : certificatesIn(ca)),
  ];
  const settings = { ecdhCurve: 'X25519:P-256:P-384:P-521', minVersion: 'TLSv1.2' } as const;
  return {
    judging: tls.createSecureContext({ ...settings, ...(ca === null ? {} : { ca: [...roots()] }) }),
    lean: tls.createSecureContext({ ...settings, ca: [] }),
    roots,
  };
}

function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}
