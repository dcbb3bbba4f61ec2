import type { Tenant } from '../model/tenant.ts';

/** Where tenants come from. */
export interface TenantSource {
  /** For people: `list`, `file tenants.yaml`, `http example.com/tenants`, `fly`. No secrets. */
  readonly name: string;
  /** The whole list, or a rejection that says what is wrong; never a part of it. */
  readonly load: (signal: AbortSignal) => Promise<readonly Tenant[]>;
}
