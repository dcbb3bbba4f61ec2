import { normalizeHostname } from './hostname.ts';
import { parseTenantArgument, type NamePlan } from './tenant-names.ts';
import type { Tenant } from './tenant.ts';

/** The tenants that names mean, in the order of the names, each once; or the names that can mean none. */
export interface NamedTenants {
  readonly tenants: readonly Tenant[];
  readonly unmatched: readonly { readonly name: string; readonly reason: string }[];
}

/** A listed tenant is taken with its own host name, app and labels; any other name is read by the platform's templates. */
export function namedTenants(
  names: readonly string[],
  listed: readonly Tenant[],
  platform: NamePlan,
): NamedTenants {
  const known = new Map<string, Tenant>();
  // An id wins over a host name, a host name over an app of the same text.
  for (const key of ['app', 'hostname', 'id'] as const) for (const one of listed) known.set(one[key], one);
  const tenants = new Map<string, Tenant>();
  const unmatched: { name: string; reason: string }[] = [];
  for (const name of names) {
    const byName = known.get(normalizeHostname(name));
    const parsed = parseTenantArgument(name, platform);
    if (byName !== undefined) tenants.set(byName.id, byName);
    else if (parsed.ok) {
      const { tenant } = parsed;
      const byId = known.get(tenant.id);
      tenants.set(tenant.id, byId?.id === tenant.id ? byId : tenant);
    } else unmatched.push({ name, reason: parsed.reason });
  }
  return { tenants: [...tenants.values()], unmatched };
}
