import type { Reason } from '../model/check.ts';
import type { CertificateFacts, Handshake } from '../model/connection.ts';
import { coversHostname } from '../model/hostname.ts';
import type { JsonObject } from '../model/json.ts';
import { DAY_MS } from '../model/time.ts';
import { counted } from '../model/spoken.ts';
import { isoTime, momentText } from './claims.ts';

/** Where a moment lies in a certificate's life. `expires-now`: fewer days left than `failDays`. */
export type DateState = 'valid' | 'expires-soon' | 'expires-now' | 'expired' | 'not-yet-valid';

/** The limits of the settings, in days. */
export interface ExpiryLimits {
  readonly warnDays: number;
  readonly failDays: number;
}

/** A certificate is valid from its first to its last moment, both included (RFC 5280 section 4.1.2.5). */
export function dateState(
  notBefore: number | null,
  notAfter: number,
  now: number,
  limits: ExpiryLimits,
): DateState {
  if (now > notAfter) return 'expired';
  if (notBefore !== null && now < notBefore) return 'not-yet-valid';
  const daysLeft = (notAfter - now) / DAY_MS;
  if (daysLeft < limits.failDays) return 'expires-now';
  return daysLeft < limits.warnDays ? 'expires-soon' : 'valid';
}

/** Whole days until the end; after it whole days since, negative: an hour past the end is no day. */
export function daysLeft(notAfter: number, now: number): number {
  // No negative zero: it would be printed.
  return Math.trunc((notAfter - now) / DAY_MS) + 0;
}

/** One certificate that was served, with its three judgements apart. */
export interface ServedCertificate {
  readonly facts: CertificateFacts;
  readonly addresses: readonly string[];
  readonly coversName: boolean;
  readonly trusted: boolean;
  readonly dates: DateState;
  readonly daysLeft: number;
}

/** Every certificate that was served in these handshakes, once for each fingerprint; it has to cover every name that got it. */
export function servedCertificates(
  handshakes: readonly Handshake[],
  now: number,
  limits: ExpiryLimits,
): readonly ServedCertificate[] {
  type Gathered = ServedCertificate & {
    facts: CertificateFacts;
    addresses: string[];
    coversName: boolean;
    trusted: boolean;
  };
  const served = new Map<string, Gathered>();
  for (const { address, serverName, result, served: before } of handshakes) {
    const facts = result.outcome === 'observed' ? result.facts.certificate : before;
    if (facts === undefined) continue;
    const coversName = facts.names.some((name) => coversHostname(name, serverName));
    const known = served.get(facts.fingerprint);
    if (known !== undefined) {
      known.coversName &&= coversName;
      // The same leaf may come without its intermediate elsewhere: the worse chain is told.
      if (known.trusted && facts.trust !== 'trusted') {
        known.facts = facts;
        known.trusted = false;
      }
      if (!known.addresses.includes(address)) known.addresses.push(address);
      continue;
    }
    served.set(facts.fingerprint, {
      facts,
      addresses: [address],
      coversName,
      trusted: facts.trust === 'trusted',
      dates: dateState(facts.notBefore, facts.notAfter, now, limits),
      daysLeft: daysLeft(facts.notAfter, now),
    });
  }
  return [...served.values()];
}

/** What can be wrong with a served certificate, in the order in which the one reason of a check is chosen. */
export const DEFECTS = [
  'name-mismatch',
  'expired',
  'not-yet-valid',
  'untrusted',
  'expires-now',
  'expires-soon',
] as const;
export type Defect = (typeof DEFECTS)[number];

/** All that is wrong with these certificates; each is reported, the first names the check's reason. */
export function defectsOf(served: readonly ServedCertificate[]): readonly Defect[] {
  const found = new Set<Defect>();
  for (const { coversName, trusted, dates } of served) {
    if (!coversName) found.add('name-mismatch');
    if (!trusted) found.add('untrusted');
    if (dates !== 'valid') found.add(dates);
  }
  return found.size === 0 ? [] : DEFECTS.filter((defect) => found.has(defect));
}

/** Is this one of the certificates that has the defect? */
export function hasDefect(certificate: ServedCertificate, defect: Defect): boolean {
  return defectsOf([certificate]).includes(defect);
}

/** The closed set of reasons knows one word for an end that is near; the verdict tells how near. */
export function defectReason(defect: Defect): Reason {
  return defect === 'expires-now' ? 'expires-soon' : defect;
}

const TRUST_WORDS: Readonly<Record<CertificateFacts['trust'], string>> = {
  trusted: 'trusted',
  'self-signed': 'self-signed',
  'unknown-issuer': 'its authority is not known here',
  'incomplete-chain': 'an intermediate certificate is missing or not known',
  'invalid-chain': 'its chain is not valid',
  revoked: 'revoked',
};

/** A defect as part of a sentence about a certificate. */
export function defectText(certificate: ServedCertificate, hostname: string, defect: Defect): string {
  const { facts } = certificate;
  switch (defect) {
    case 'name-mismatch':
      return `does not cover ${hostname} (it is for ${facts.names.slice(0, 3).join(', ') || 'no name at all'})`;
    case 'untrusted':
      return `does not lead to a trusted root (${TRUST_WORDS[facts.trust]}, issued by ${facts.issuer})`;
    case 'expired':
      return `expired at ${momentText(facts.notAfter)}`;
    case 'not-yet-valid':
      return `is not valid before ${momentText(facts.notBefore)}`;
    case 'expires-now':
    case 'expires-soon':
      return `expires in ${counted(certificate.daysLeft, 'day')}, at ${momentText(facts.notAfter)}`;
  }
}

/** Evidence: name, chain and dates judged separately. */
export function servedEvidence(served: readonly ServedCertificate[]): readonly JsonObject[] {
  return served.slice(0, 8).map(({ facts, addresses, coversName, dates, daysLeft }) => ({
    fingerprint: facts.fingerprint,
    subject: facts.subject,
    issuer: facts.issuer,
    names: facts.names.slice(0, 10),
    notBefore: isoTime(facts.notBefore),
    notAfter: isoTime(facts.notAfter),
    daysLeft,
    name: coversName ? 'covers' : 'mismatch',
    chain: facts.trust,
    dates,
    addresses: addresses.slice(0, 16),
  }));
}
