import tls, { type SecureContext } from 'node:tls';

/** What every TLS probe shares. */
export interface TrustAnchors {
  readonly context: SecureContext;
  /** The roots as PEM, the configured bundle among them; parsed only when a chain has to be walked by hand. */
  readonly roots: readonly string[];
}

/**
 * One context for the whole process: making one for each connection costs half a handshake, and with a bundle many
 * handshakes. Classical key exchange only: the hybrid post-quantum group that OpenSSL offers first costs a probe, which
 * has no secrets, 0.15 ms of CPU a connection.
 */
export function createTrustAnchors(ca: string | null): TrustAnchors {
  const roots = [...tls.getCACertificates('default'), ...(ca === null ? [] : certificatesIn(ca))];
  return {
    context: tls.createSecureContext({
      ...(ca === null ? {} : { ca: roots }),
      ecdhCurve: 'X25519:P-256:P-384:P-521',
      minVersion: 'TLSv1.2',
    }),
    roots,
  };
}

function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}
