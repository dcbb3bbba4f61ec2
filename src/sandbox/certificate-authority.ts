import { generateKeyPairSync } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { DAY_MS } from '../model/time.ts';
import { signCertificate } from './certificate.ts';
import type { Issuer } from './certificate.ts';

/** In which way a served certificate is wrong; `valid` in none. */
export type CertificateFlaw =
  | 'valid'
  | 'expired'
  | 'not-yet-valid'
  | 'expiring'
  | 'self-signed'
  | 'untrusted'
  | 'wrong-name'
  | 'incomplete-chain';

export interface ServedCertificate {
  readonly names: readonly string[];
  readonly flaw: CertificateFlaw;
  /** Only with the flaw `expiring`. */
  readonly daysLeft?: number;
  /** Milliseconds since the epoch; default in 60 days. */
  readonly expiresAt?: number | null;
}

export interface CertificateAuthority {
  /** The root certificate, the only one that visitors need to trust. */
  readonly rootPem: string;
  /** Made when first asked for, then kept: ten thousand tenants behind one wildcard cost one certificate. */
  readonly context: (served: ServedCertificate) => SecureContext;
  /** PEM files for a server that is not ours. */
  readonly issue: (served: ServedCertificate) => { readonly certificate: string; readonly key: string };
}

const MAX_CONTEXTS = 1000;

/** Root, intermediate, leaves: the shape of a real chain. */
export function createCertificateAuthority(now: () => number): CertificateAuthority {
  const root = authority('Sandbox Root');
  const intermediate = authority('Sandbox Intermediate');
  const stranger = authority('Nobody’s Root');
  const rootPem = signAuthority(root, root, now());
  const intermediatePem = signAuthority(intermediate, root, now());
  // One key for all leaves: making one costs more than signing, and nobody compares them.
  const leafKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = leafKeys.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const contexts = new Map<string, SecureContext>();

  const issue = (served: ServedCertificate): { certificate: string; key: string } => {
    const names = served.flaw === 'wrong-name' ? ['wrong.example.net'] : served.names;
    const commonName = names[0] ?? 'nobody.example.net';
    const leaf = signCertificate(
      { commonName, names, authority: false, publicKey: leafKeys.publicKey, ...validity(served, now()) },
      issuerOf(served.flaw, { self: { commonName, ...leafKeys }, intermediate, stranger }),
    );
    const isAlone = ['self-signed', 'untrusted', 'incomplete-chain'].includes(served.flaw);
    return { certificate: isAlone ? leaf : leaf + intermediatePem, key: keyPem };
  };

  return {
    rootPem,
    issue,
    context: (served) => {
      const id = JSON.stringify([served.names, served.flaw, served.daysLeft, served.expiresAt]);
      const known = contexts.get(id);
      if (known !== undefined) return known;
      if (contexts.size >= MAX_CONTEXTS) contexts.clear();
      const { certificate, key } = issue(served);
      const context = createSecureContext({ cert: certificate, key });
      contexts.set(id, context);
      return context;
    },
  };
}

function authority(commonName: string): Issuer {
  return { commonName, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}

function signAuthority(subject: Issuer, issuer: Issuer, now: number): string {
  return signCertificate(
    {
      commonName: subject.commonName,
      names: [],
      authority: true,
      publicKey: subject.publicKey,
      notBefore: now - 365 * DAY_MS,
      notAfter: now + 3650 * DAY_MS,
    },
    issuer,
  );
}

function issuerOf(
  flaw: CertificateFlaw,
  issuers: Record<'self' | 'intermediate' | 'stranger', Issuer>,
): Issuer {
  if (flaw === 'self-signed') return issuers.self;
  return flaw === 'untrusted' ? issuers.stranger : issuers.intermediate;
}

function validity(served: ServedCertificate, now: number): { notBefore: number; notAfter: number } {
  if (served.flaw === 'expired') return { notBefore: now - 91 * DAY_MS, notAfter: now - DAY_MS };
  if (served.flaw === 'not-yet-valid') return { notBefore: now + DAY_MS, notAfter: now + 90 * DAY_MS };
  // An hour more, so that "ten days left" is still true when somebody rounds down.
  if (served.flaw === 'expiring')
    return { notBefore: now - 80 * DAY_MS, notAfter: now + (served.daysLeft ?? 10) * DAY_MS + 3_600_000 };
  const notAfter = served.expiresAt ?? now + 60 * DAY_MS;
  return { notBefore: Math.min(now, notAfter) - 30 * DAY_MS, notAfter };
}
