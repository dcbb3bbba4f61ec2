import { normalizeHostname } from '../model/hostname.ts';
import type { Tenant } from '../model/tenant.ts';

/** Where tenants come from. */
export interface TenantSource {
  /** For people: `list`, `file tenants.yaml`, `http example.com/tenants`, `fly`. No secrets. */
  readonly name: string;
  /** The whole list, or a rejection that says what is wrong; never a part of it. */
  readonly load: (signal: AbortSignal) => Promise<readonly Tenant[]>;
  /** Ends what it holds open. */
  readonly close?: () => Promise<void>;
}

/** Globs are short and come from the operator; `*` alone is special. */
function expressionOf(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** The source without the tenants whose id, host name or app is excluded; `*` stands for any characters. */
export function excluding(source: TenantSource, exclude: readonly string[]): TenantSource {
  if (exclude.length === 0) return source;
  const expressions = exclude.map((glob) => expressionOf(normalizeHostname(glob)));
  const isExcluded = ({ id, hostname, app }: Tenant): boolean =>
    [id, hostname, app].some((name) => expressions.some((expression) => expression.test(name.toLowerCase())));
  return {
    ...source,
    load: async (signal) => (await source.load(signal)).filter((tenant) => !isExcluded(tenant)),
  };
}
