import { isOtherHost, tenantById, tenantOfApp } from '../model/tenant-names.ts';
import type { NamePlan } from '../model/tenant-names.ts';
import type { Tenant } from '../model/tenant.ts';
import type { TenantSource } from './source.ts';

/**
 * Every app of the organization that is a tenant's by its name. `apps` gives the names of all apps: from the latest
 * inventory in the daemon, from the list of apps in the gate; it rejects when they are not all known.
 */
export function createFlySource(
  apps: (signal: AbortSignal) => Promise<Iterable<string>>,
  plan: NamePlan,
): TenantSource {
  /** The tenant of each app, null where it is none's: the same ten thousand names are asked about every half minute. */
  let known = new Map<string, Tenant | null>();
  let latest: readonly Tenant[] = [];
  return {
    name: 'fly',
    load: async (signal) => {
      const next = new Map<string, Tenant | null>();
      for (const app of await apps(signal)) next.set(app, known.get(app) ?? tenantOf(app, plan));
      const same = next.size === known.size && [...next.keys()].every((app) => known.has(app));
      known = next;
      if (same) return latest;
      const byId = new Map<string, Tenant>();
      for (const tenant of next.values()) if (tenant !== null) byId.set(tenant.id, tenant);
      latest = [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
      return latest;
    },
  };
}

function tenantOf(app: string, plan: NamePlan): Tenant | null {
  const id = tenantOfApp(app, plan);
  const tenant = id === null ? null : tenantById(id, plan);
  // An app `sp-www` is no tenant's where `www` is another host of the domain, whatever its id looks like.
  return tenant === null || isOtherHost(tenant.hostname, plan) ? null : tenant;
}
