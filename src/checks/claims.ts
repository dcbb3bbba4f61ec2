import type { Claim } from '../model/fly.ts';
import { coversHostname, isWithinDomain, normalizeHostname } from '../model/hostname.ts';
import { factsOf } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { ManagementSnapshot, PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import { isCalendarTime, spokenTime } from '../model/spoken.ts';
import type { Tenant } from '../model/tenant.ts';

/** The wildcard that serves tenants: `*.<domain>`, or one level deeper where the host template says so. */
export function wildcardHostname(platform: Platform): string {
  const host = platform.tenantHost.replace('{tenant}', 't').replace('{domain}', platform.domain);
  return `*.${normalizeHostname(host.slice(host.indexOf('.') + 1))}`;
}

/** A host name that the platform's wildcard says nothing about. */
export function isCustomDomain(hostname: string, platform: Platform): boolean {
  return !isWithinDomain(hostname, platform.domain);
}

/**
 * Claims of the tenant's app that belong on the management app: the domain itself, anything below it, its wildcard; and
 * the tenant's own custom domain where custom domains belong on the management app. Whatever their state: the edge routes by the
 * claim, not by its being issued. Empty when the list is not known.
 */
export function tenantClaims(
  snapshot: Pick<TenantSnapshot, 'tenant' | 'certificates'>,
  platform: Platform,
): readonly Claim[] {
  const claims = factsOf(snapshot.certificates);
  if (claims === undefined || claims.length === 0) return [];
  return claims.filter((claim) => isMisplaced(claim, snapshot.tenant, platform));
}

function isMisplaced(claim: Claim, tenant: Tenant, platform: Platform): boolean {
  if (isWithinDomain(claim.hostname, platform.domain)) return true;
  return platform.customDomainsOn === 'management' && coversHostname(claim.hostname, tenant.hostname);
}

/** Those of `tenantClaims` that cover the tenant's own host name, the only ones that can break its handshake. */
export function coveringTenantClaims(snapshot: TenantSnapshot, platform: Platform): readonly Claim[] {
  return tenantClaims(snapshot, platform).filter((claim) =>
    coversHostname(claim.hostname, snapshot.tenant.hostname),
  );
}

/**
 * Claims of the host name by apps other than the tenant's and the management app. The platform's wildcard is left out: that is
 * one problem of the platform, not one of each tenant.
 */
export function otherClaims(
  snapshot: Pick<TenantSnapshot, 'tenant' | 'otherClaims'>,
  platform: Platform,
): readonly Claim[] {
  const claims = factsOf(snapshot.otherClaims);
  if (claims === undefined || claims.length === 0) return [];
  const { hostname, app } = snapshot.tenant;
  const wildcard = wildcardHostname(platform);
  return claims.filter(
    (claim) =>
      claim.app !== app &&
      claim.app !== platform.managementApp &&
      normalizeHostname(claim.hostname) !== wildcard &&
      coversHostname(claim.hostname, hostname),
  );
}

/** Claims of the platform's wildcard by any app but the management app. */
export function foreignWildcardClaims(snapshot: PlatformSnapshot, platform: Platform): readonly Claim[] {
  const claims = factsOf(snapshot.wildcardClaims);
  if (claims === undefined || claims.length === 0) return [];
  const wildcard = wildcardHostname(platform);
  return claims.filter(
    (claim) => claim.app !== platform.managementApp && normalizeHostname(claim.hostname) === wildcard,
  );
}

interface HeldByManagement extends Pick<TenantSnapshot, 'tenant'> {
  readonly platform: { readonly management: Pick<ManagementSnapshot, 'certificates'> };
}

/** The management app's claim of exactly this host name, in whatever state. */
export function managementExactClaim(snapshot: HeldByManagement): Claim | undefined {
  const hostname = normalizeHostname(snapshot.tenant.hostname);
  return factsOf(snapshot.platform.management.certificates)?.find(
    (claim) => normalizeHostname(claim.hostname) === hostname,
  );
}

/**
 * Does the management app hold the exact certificate already, so that adding it would be refused? The wildcard alone does not count.
 */
export function managementHoldsExact(snapshot: HeldByManagement, platform: Platform): boolean {
  return managementExactClaim(snapshot)?.app === platform.managementApp;
}

/** Issued and not past its end; an end that the API does not say counts as ahead. */
export function isServing(claim: Claim, now: number): boolean {
  return claim.state === 'issued' && (claim.expiresAt === null || claim.expiresAt > now);
}

/** The app on which a certificate for the tenant's host name belongs. */
export function homeOf({
  platform,
  tenant,
}: {
  readonly platform: Platform;
  readonly tenant: Pick<TenantSnapshot, 'tenant'>;
}): string {
  const custom = isCustomDomain(tenant.tenant.hostname, platform);
  return custom && platform.customDomainsOn === 'tenant' ? tenant.tenant.app : platform.managementApp;
}

/** What evidence shows of a claim. */
export function claimEvidence(claim: Claim): {
  hostname: string;
  app: string;
  state: string;
  status: string;
  createdAt: string | null;
  expiresAt: string | null;
  source: string | null;
  notes: readonly string[];
} {
  return {
    hostname: claim.hostname,
    app: claim.app,
    state: claim.state,
    status: claim.status,
    createdAt: isoTime(claim.createdAt),
    expiresAt: isoTime(claim.expiresAt),
    source: claim.source,
    notes: claim.notes.slice(0, 5),
  };
}

/** A moment in a sentence: `2026-01-31 06:27:00 UTC`. */
export function momentText(atMs: number): string {
  return isCalendarTime(atMs) ? spokenTime(atMs) : 'an impossible date';
}

/** RFC 3339 in UTC; null for what is not known or lies outside what a date can hold. */
export function isoTime(atMs: number | null): string | null {
  return atMs === null || !(Math.abs(atMs) <= 8.64e15) ? null : new Date(atMs).toISOString();
}
