import { normalizeHostname } from '../model/hostname.ts';
import type { Tenant } from '../model/tenant.ts';

/** Where tenants come from. */
export interface TenantSource {
  /** For people: `list`, `file tenants.yaml`, `http example.com/tenants`, `fly`. No secrets. */
  readonly name: string;
  /** The whole list, or a rejection that says what is wrong; never a part of it. */
  readonly load: (signal: AbortSignal) => Promise<readonly Tenant[]>;
}

function matches(pattern: string, text: string): boolean {
  // Globs are short and come from the operator; `*` alone is special.
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** The source without the tenants whose id, host name or app is excluded; `*` stands for any characters. */
export function excluding(source: TenantSource, exclude: readonly string[]): TenantSource {
  const patterns = exclude.map(normalizeHostname);
  if (patterns.length === 0) return source;
  const isExcluded = ({ id, hostname, app }: Tenant): boolean =>
    [id, hostname, app].some((name) => patterns.some((pattern) => matches(pattern, name.toLowerCase())));
  return {
    name: source.name,
    load: async (signal) => (await source.load(signal)).filter((tenant) => !isExcluded(tenant)),
  };
}
