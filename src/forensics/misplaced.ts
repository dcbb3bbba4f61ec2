import { isCustomDomain } from '../checks/claims.ts';
import type { Claim } from '../model/fly.ts';
import type { ClaimRecord } from '../model/history.ts';
import { coversHostname, isWithinDomain } from '../model/hostname.ts';
import type { Platform } from '../model/platform.ts';
import type { Tenant } from '../model/tenant.ts';

/** Does the claim stand on an app where it conflicts with the one that ends TLS for the name? */
export function isMisplaced(claim: Claim, platform: Platform, tenant?: Tenant): boolean {
  if (claim.app === platform.managementApp) return false;
  if (isWithinDomain(claim.hostname, platform.domain)) return true;
  if (tenant === undefined || !coversHostname(claim.hostname, tenant.hostname)) return false;
  return claim.app !== tenant.app || platform.customDomainsOn === 'management';
}

/**
 * The certificate behind a tenant's trouble: of those that are misplaced and touch the tenant, one that covers its host name before one
 * that only stands on its app, one that was there at the time before others, then the newest.
 */
export function chooseClaim(
  records: readonly ClaimRecord[],
  tenant: Tenant,
  platform: Platform,
  at: number,
): ClaimRecord | null {
  const touching = records.filter(
    ({ claim }) =>
      isMisplaced(claim, platform, tenant) && (claim.app === tenant.app || covers(claim, tenant, platform)),
  );
  const weight = (record: ClaimRecord): number =>
    (covers(record.claim, tenant, platform) ? 2 : 0) + (wasThere(record, at) ? 1 : 0);
  const [best] = touching.toSorted(
    (one, other) => weight(other) - weight(one) || bornAt(other) - bornAt(one),
  );
  return best ?? null;
}

function covers({ hostname }: Claim, tenant: Tenant, platform: Platform): boolean {
  const wildcard = hostname.startsWith('*.');
  // The platform's wildcard on a tenant's app is everybody's trouble, this tenant's among them.
  return coversHostname(hostname, tenant.hostname) && (!wildcard || !isCustomDomain(hostname, platform));
}

function wasThere({ claim, firstSeenAt, goneAt }: ClaimRecord, at: number): boolean {
  return (claim.createdAt ?? firstSeenAt) <= at && (goneAt === null || goneAt > at);
}

/** When a claim came into being: as Fly says, else when it was first seen. */
export function bornAt({ claim, firstSeenAt }: ClaimRecord): number {
  return claim.createdAt ?? firstSeenAt;
}
