import { normalizeHostname } from '../model/hostname.ts';
import type { Platform } from '../model/platform.ts';
import { parseTenantArgument } from '../model/tenant-names.ts';
import type { Tenant } from '../model/tenant.ts';

/** The tenants that names mean, in the order of the names, each once; or the names that can mean none. */
export interface NamedTenants {
  readonly tenants: readonly Tenant[];
  readonly unmatched: readonly { readonly name: string; readonly reason: string }[];
}

/** A listed tenant is taken with its own host name, app and labels; any other name is read by the platform's templates. */
export function namedTenants(
  names: readonly string[],
  listed: readonly Tenant[],
  platform: Platform,
): NamedTenants {
  const tenants = new Map<string, Tenant>();
  const unmatched: { name: string; reason: string }[] = [];
  for (const name of names) {
    const text = normalizeHostname(name);
    const byName = listed.find(({ id, hostname, app }) => [id, hostname, app].includes(text));
    const parsed = parseTenantArgument(name, platform);
    if (byName !== undefined) tenants.set(byName.id, byName);
    else if (parsed.ok) {
      const { tenant } = parsed;
      tenants.set(tenant.id, listed.find(({ id }) => id === tenant.id) ?? tenant);
    } else unmatched.push({ name, reason: parsed.reason });
  }
  return { tenants: [...tenants.values()], unmatched };
}

/** The names in a `--tenants` file: one a line, blank lines and what follows `#` left out. */
export function tenantNames(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}
