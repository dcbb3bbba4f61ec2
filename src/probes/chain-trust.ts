import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../model/connection.ts';

type Trust = CertificateFacts['trust'];

/** Longer chains are no chains; OpenSSL's own limit for clients is 100, browsers' about 10. */
const MAX_DEPTH = 10;

/**
 * Decides whether a chain leads to a root, dates left aside. Needed only when OpenSSL's verdict is about a date, since
 * that hides what it would have said of the chain.
 */
export function createChainWalk(roots: () => readonly string[]): (leaf: X509Certificate) => Trust {
  let bySubject: ReadonlyMap<string, readonly X509Certificate[]> | undefined;

  const issuers = (certificate: X509Certificate): readonly X509Certificate[] => {
    bySubject ??= group(roots());
    return bySubject.get(certificate.issuer) ?? [];
  };

  return (leaf) => {
    let current = leaf;
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      const anchor = issuers(current).find((root) => issued(root, current));
      if (anchor !== undefined) return 'trusted';
      // What the server sent along; Node links each certificate to the one that names it as issuer.
      const parent = current.issuerCertificate;
      if (parent === undefined || parent.fingerprint256 === current.fingerprint256) {
        if (selfSigned(current)) return depth === 0 ? 'self-signed' : 'unknown-issuer';
        return depth === 0 ? 'incomplete-chain' : 'unknown-issuer';
      }
      if (!issued(parent, current)) return 'invalid-chain';
      current = parent;
    }
    return 'invalid-chain';
  };
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function selfSigned(certificate: X509Certificate): boolean {
  return certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);
}

function group(roots: readonly string[]): ReadonlyMap<string, readonly X509Certificate[]> {
  const parsed = roots.flatMap((pem) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      return []; // a root in a form that Node cannot read anchors nothing
    }
  });
  return Map.groupBy(parsed, (root) => root.subject);
}
