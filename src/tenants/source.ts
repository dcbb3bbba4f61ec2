import { normalizeHostname } from '../model/hostname.ts';
import type { Tenant } from '../model/tenant.ts';

/** Where tenants come from. */
export interface TenantSource {
  /** For people: `list`, `file tenants.yaml`, `http example.com/tenants`, `fly`. No secrets. */
  readonly name: string;
  /** The whole list, or a rejection that says what is wrong; never a part of it. The same array when nothing changed, where that is known. */
  readonly load: (signal: AbortSignal) => Promise<readonly Tenant[]>;
  /** The list of a source that is part of the configuration: known before anybody asks, and nobody doubts what an operator wrote. */
  readonly fixed?: readonly Tenant[];
  /** Ends what it holds open. */
  readonly close?: () => Promise<void>;
}

/** Globs are short and come from the operator; `*` alone is special. */
function expressionOf(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** Is the tenant's id, host name or app among those? `*` stands for any characters. */
export function excluder(exclude: readonly string[]): (tenant: Tenant) => boolean {
  const expressions = exclude.map((glob) => expressionOf(normalizeHostname(glob)));
  return ({ id, hostname, app }) =>
    [id, hostname, app].some((name) => expressions.some((expression) => expression.test(name.toLowerCase())));
}

/** The source without the tenants that are excluded. */
export function excluding(source: TenantSource, exclude: readonly string[]): TenantSource {
  if (exclude.length === 0) return source;
  const isExcluded = excluder(exclude);
  let latest: { readonly all: readonly Tenant[]; readonly rest: readonly Tenant[] } | undefined;
  const rest = (all: readonly Tenant[]): readonly Tenant[] => {
    if (latest?.all !== all) latest = { all, rest: all.filter((tenant) => !isExcluded(tenant)) };
    return latest.rest;
  };
  return {
    ...source,
    load: async (signal) => rest(await source.load(signal)),
    ...(source.fixed === undefined ? {} : { fixed: rest(source.fixed) }),
  };
}
