import type { ClaimKind, Metrics } from '../metrics/metrics.ts';
import type { Claim, Inventory } from '../model/fly.ts';
import { isWithinDomain } from '../model/hostname.ts';
import type { Platform } from '../model/platform.ts';
import type { Fleet, FleetEvent } from '../monitor/fleet.ts';
import type { InventoryKeeper } from '../monitor/inventory.ts';

/** Keeps the gauges at what the fleet is. Returns how to stop. */
export function observeFleet(
  fleet: Fleet,
  metrics: Metrics,
  platform: Platform,
  inventory: InventoryKeeper,
  budget: { readonly perSecond: () => number; readonly waiting: () => number },
): () => void {
  let counted: Inventory | undefined;
  const onEvent = (event: FleetEvent): void => {
    switch (event.kind) {
      case 'result': {
        const { diagnosis, alsoFound, at, decided } = event.latest;
        const findings = [diagnosis, ...alsoFound].filter((one) => one !== null);
        metrics.tenant({
          tenant: event.tenant,
          success: decided === undefined ? undefined : decided !== 'fail',
          lastRunAt: at,
          problems: findings.map(({ code, severity }) => ({ code, severity })),
        });
        return;
      }
      case 'shared': {
        const { monitor, platform: shared } = event.latest.result;
        metrics.problems('monitor', codesOf(monitor));
        metrics.problems('platform', codesOf(shared));
        metrics.handshakeBudget(budget.perSecond(), budget.waiting());
        const swept = inventory.current();
        if (swept.outcome === 'failed' || swept.facts === counted) return;
        counted = swept.facts;
        observeClaims(counted, metrics, platform, fleet);
        return;
      }
      case 'tenants':
        metrics.keepTenants(new Set(fleet.tenants().map(({ id }) => id)));
        // Whose claim it is depends on them.
        counted = undefined;
        return;
      case 'incidents':
        return;
    }
  };
  return fleet.listen(onEvent);
}

function codesOf(result: {
  readonly diagnosis: { readonly code: string } | null;
  readonly alsoFound: readonly { readonly code: string }[];
}): readonly string[] {
  return [result.diagnosis, ...result.alsoFound].flatMap((one) => (one === null ? [] : [one.code]));
}

/** Once for each sweep: claims by kind, and the expiry of the management app's certificates. */
function observeClaims(swept: Inventory, metrics: Metrics, platform: Platform, fleet: Fleet): void {
  const tenantApps = new Set(fleet.tenants().map(({ app }) => app));
  const counts: Record<ClaimKind, number> = { management: 0, tenant: 0, foreign: 0, custom: 0 };
  const expiries = new Map<string, number>();
  for (const claims of swept.claims.values()) {
    for (const claim of claims) {
      counts[kindOf(claim, platform, tenantApps)]++;
      if (claim.app === platform.managementApp && claim.expiresAt !== null) {
        expiries.set(claim.hostname, claim.expiresAt);
      }
    }
  }
  metrics.claims(counts);
  metrics.certificates(expiries);
}

function kindOf(claim: Claim, platform: Platform, tenantApps: ReadonlySet<string>): ClaimKind {
  if (claim.app === platform.managementApp) return 'management';
  if (!isWithinDomain(claim.hostname, platform.domain)) return 'custom';
  return tenantApps.has(claim.app) ? 'tenant' : 'foreign';
}
