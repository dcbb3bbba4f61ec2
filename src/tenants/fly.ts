import { tenantById, tenantOfApp } from '../model/tenant-names.ts';
import type { NamePlan } from '../model/tenant-names.ts';
import type { TenantSource } from './source.ts';

/**
 * Every app of the organization that is a tenant's by its name. `apps` gives the names of all apps: from the latest
 * inventory in the daemon, from the list of apps in the gate; it rejects when they are not all known.
 */
export function createFlySource(
  apps: (signal: AbortSignal) => Promise<Iterable<string>>,
  plan: NamePlan,
): TenantSource {
  return {
    name: 'fly',
    load: async (signal) => {
      const ids = [...(await apps(signal))].map((app) => tenantOfApp(app, plan)).filter((id) => id !== null);
      return [...new Set(ids)].sort().map((id) => tenantById(id, plan));
    },
  };
}
