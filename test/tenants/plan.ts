import type { NamePlan } from '../../src/model/tenant-names.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import { tenantById } from '../../src/model/tenant-names.ts';

export const PLAN: NamePlan = {
  domain: 'example.io',
  managementApp: 'mgmt',
  tenantApp: 'sp-{tenant}',
  tenantHost: '{tenant}.{domain}',
  tenantIdPattern: '^[0-9a-f]{12}$',
  directHost: '{app}.fly.dev',
  otherHosts: ['www'],
};

/** `n` tenants with ids in a row. */
export function fleet(n: number, from = 0): readonly Tenant[] {
  return Array.from({ length: n }, (_, index) =>
    tenantById((from + index).toString(16).padStart(12, '0'), PLAN),
  );
}
