/**
 * Host and app names. Everything that compares or prints a name goes through here, so that letter case, final dots and
 * wildcards mean the same in every part.
 */

/** Letters, digits, hyphen; 1 to 63 octets; no hyphen at either end (RFC 1123 section 2.1). */
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOSTNAME = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`);
const CLAIMABLE = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})+$`);
const APP_NAME = new RegExp(`^${LABEL}$`);

/** Lower case, without the final dot: the one spelling in which names are compared and kept. */
export function normalizeHostname(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** A host name of two labels or more in strict LDH form, at most 253 octets; no wildcard, no underscore, lower case. */
export function isHostname(name: string): boolean {
  return name.length <= 253 && HOSTNAME.test(name);
}

/** A host name, or one with a single leading `*.`: what a certificate may be requested for. */
export function isClaimableHostname(name: string): boolean {
  return name.length <= 253 && CLAIMABLE.test(name);
}

/** A name that Fly accepts for an app: one LDH label that does not begin with a hyphen. */
export function isAppName(name: string): boolean {
  return APP_NAME.test(name);
}

/** True for the domain itself, anything below it, and its wildcard; both in any spelling. */
export function isWithinDomain(name: string, domain: string): boolean {
  const host = normalizeHostname(name);
  const zone = normalizeHostname(domain);
  return host === zone || host.endsWith(`.${zone}`);
}

/** Does a certificate name (exact, or `*.` for exactly one label) cover the host name? RFC 6125 section 6.4.3. */
export function coversHostname(certificateName: string, hostname: string): boolean {
  const pattern = normalizeHostname(certificateName);
  const host = normalizeHostname(hostname);
  if (!pattern.startsWith('*.')) return pattern === host;
  const firstDot = host.indexOf('.');
  return firstDot > 0 && host.slice(firstDot + 1) === pattern.slice(2);
}
