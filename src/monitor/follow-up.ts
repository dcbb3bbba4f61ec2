import type { Logger } from '../model/logger.ts';
import { isSuspended, type Tenant } from '../model/tenant.ts';
import { HOUR_MS } from '../model/time.ts';
import type { FreshRelease } from './history.ts';
import type { InventoryDiff } from './inventory-diff.ts';

/** The tenants whose hostname or app is touched by claims that came or went: looked at now and not when their turn comes. */
export function touchedByClaims(diff: InventoryDiff, tenants: readonly Tenant[]): readonly Tenant[] {
  const hostnames = new Set<string>();
  const apps = new Set<string>();
  for (const { hostname, app } of [...diff.appeared, ...diff.gone]) {
    hostnames.add(hostname);
    apps.add(app);
  }
  if (hostnames.size === 0) return [];
  return tenants.filter(({ hostname, app }) => hostnames.has(hostname) || apps.has(app));
}

/** Of more than that at once, as when many apps are removed together, the number says enough. */
const CLAIMS_TOLD = 20;

/** A line for each claim that came or went, whoever it belongs to. */
export function tellClaims({ appeared, gone }: InventoryDiff, logger: Pick<Logger, 'info'>): void {
  for (const [claims, what] of [
    [appeared, 'claim appeared'],
    [gone, 'claim went'],
  ] as const) {
    for (const { hostname, app } of claims.slice(0, CLAIMS_TOLD)) logger.info({ hostname, app }, what);
    const left = claims.length - CLAIMS_TOLD;
    if (left > 0) logger.info({ more: left }, what);
  }
}

export interface TenantDeploy extends FreshRelease {
  readonly tenant: Tenant;
}

/**
 * Deploys that someone may be waiting for: after a longer absence of ours an old release is history, and a tenant that is
 * suspended on purpose is not verified at all.
 */
export function recentDeploys(
  fresh: readonly FreshRelease[],
  tenants: readonly Tenant[],
  now: number,
): readonly TenantDeploy[] {
  if (fresh.length === 0) return [];
  const byApp = new Map(tenants.map((tenant) => [tenant.app, tenant]));
  return fresh.flatMap((one) => {
    const tenant = byApp.get(one.app);
    return tenant === undefined || isSuspended(tenant) || now - one.release.createdAt > HOUR_MS
      ? []
      : [{ ...one, tenant }];
  });
}
