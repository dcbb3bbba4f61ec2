import type { Taken } from '../model/observation.ts';
import type { FlyView, TenantFlyFacts } from './fly-view.ts';

type AppFacts = Pick<TenantFlyFacts, 'certificates' | 'machines'>;

/** So many apps are remembered between two sweeps: live looks are rare. */
const KEPT = 500;

/**
 * The two ways to see a tenant's app, which share what they learn: `live` asks about the app now, `swept` takes what the latest sweep
 * saw, unless a live look came after it. Otherwise a claim that somebody has just removed would come back with the next
 * scheduled run, and open again what was resolved.
 * What only a sweep can tell, and what all tenants share, is the sweep's in both.
 */
export function newestViews(
  live: FlyView,
  swept: FlyView,
): { readonly live: FlyView; readonly swept: FlyView } {
  const seen = new Map<string, AppFacts>();

  const keep = (app: string, facts: AppFacts): void => {
    seen.delete(app);
    seen.set(app, facts);
    const [oldest] = seen.keys();
    if (seen.size > KEPT && oldest !== undefined) seen.delete(oldest);
  };

  return {
    live: {
      ...swept,
      tenant: async (tenant, signal) => {
        const [{ certificates, machines }, { otherClaims }] = await Promise.all([
          live.tenant(tenant, signal),
          swept.tenant(tenant, signal),
        ]);
        keep(tenant.app, { certificates, machines });
        return { certificates, machines, otherClaims };
      },
    },
    swept: {
      ...swept,
      tenant: async (tenant, signal) => {
        const facts = await swept.tenant(tenant, signal);
        const looked = seen.get(tenant.app);
        if (looked === undefined) return facts;
        const certificates = newer(looked.certificates, facts.certificates);
        const machines = newer(looked.machines, facts.machines);
        if (certificates === facts.certificates && machines === facts.machines) seen.delete(tenant.app);
        return { ...facts, certificates, machines };
      },
    },
  };
}

/** A look that failed knows nothing better. */
function newer<Facts>(looked: Taken<Facts>, swept: Taken<Facts>): Taken<Facts> {
  if (looked.outcome !== 'observed') return swept;
  return swept.outcome === 'not-taken' || looked.at > swept.at ? looked : swept;
}
