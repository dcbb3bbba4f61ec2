import type { NamePlan } from '../model/tenant-names.ts';
import { tenantsOfEntries } from './entry.ts';
import type { TenantSource } from './source.ts';

/** Tenants written into the configuration. Throws a TenantListError at once: what is wrong there does not heal. */
export function createListSource(entries: readonly unknown[], plan: NamePlan): TenantSource {
  const tenants = tenantsOfEntries(entries, plan, 'list');
  return { name: 'list', load: () => Promise.resolve(tenants), fixed: tenants };
}
