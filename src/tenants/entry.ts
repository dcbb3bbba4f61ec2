import { isAppName, isHostname, normalizeHostname } from '../model/hostname.ts';
import type { NamePlan } from '../model/tenant-names.ts';
import { parseTenantArgument } from '../model/tenant-names.ts';
import type { Tenant } from '../model/tenant.ts';
import { plainText } from '../model/text.ts';

const KEYS = ['id', 'hostname', 'app', 'labels'];
const MAX_LABELS = 32;
const MAX_LABEL_LENGTH = 100;
/** How many mistakes one error names. */
const MAX_NAMED = 20;

/** A list that cannot be used, with everything that is wrong in it. */
export class TenantListError extends Error {
  override readonly name = 'TenantListError';
  /** One line each: list, entry, key, and what would be right. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const left = problems.length - MAX_NAMED;
    super([...problems.slice(0, MAX_NAMED), ...(left > 0 ? [`and ${left} more`] : [])].join('; '));
    this.problems = problems;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Absent, however the format says so: the failsafe schema of YAML reads `null` and `~` as texts. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 'null' || value === '~';
}

function describe(value: unknown): string {
  return plainText(value === undefined ? 'nothing' : JSON.stringify(value), 60);
}

type Problem = (key: string | null, text: string) => unknown;

function idOf(value: unknown, plan: NamePlan, key: string | null, problem: Problem): Tenant | null {
  if (typeof value === 'number') {
    problem(key, `${describe(value)} is a number: put the id in quotes`);
    return null;
  }
  if (typeof value !== 'string') {
    problem(key, `${describe(value)} is no id: a text is expected`);
    return null;
  }
  const parsed = parseTenantArgument(value, plan);
  if (parsed.ok) return parsed.tenant;
  problem(key, `${describe(value)} is no tenant: ${parsed.reason}`);
  return null;
}

function nameOf(
  value: unknown,
  key: 'hostname' | 'app',
  isValid: (name: string) => boolean,
  problem: Problem,
): string | undefined {
  if (isAbsent(value)) return undefined;
  const name = typeof value === 'string' ? normalizeHostname(value) : '';
  if (isValid(name)) return name;
  problem(key, `${describe(value)} is no ${key === 'app' ? 'app name' : 'host name'}`);
  return undefined;
}

function labelsOf(value: unknown, problem: Problem): Readonly<Record<string, string>> {
  if (isAbsent(value)) return {};
  if (!isRecord(value)) {
    problem('labels', `${describe(value)} is not a set of names and values`);
    return {};
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_LABELS) problem('labels', `more than ${MAX_LABELS} labels`);
  return Object.fromEntries(
    entries.slice(0, MAX_LABELS).map(([name, label]) => {
      if (!['string', 'boolean', 'number'].includes(typeof label))
        problem(`labels.${plainText(name, 60)}`, `${describe(label)} is no text, number or boolean`);
      return [plainText(name, MAX_LABEL_LENGTH), plainText(String(label), MAX_LABEL_LENGTH)];
    }),
  );
}

function tenantOf(entry: unknown, plan: NamePlan, problem: Problem): Tenant | null {
  if (!isRecord(entry)) return idOf(entry, plan, null, problem);
  for (const key of Object.keys(entry)) {
    if (!KEYS.includes(key)) problem(plainText(key, 60), `unknown key; known are ${KEYS.join(', ')}`);
  }
  const tenant = idOf(entry.id, plan, 'id', problem);
  const hostname = nameOf(entry.hostname, 'hostname', isHostname, problem);
  const app = nameOf(entry.app, 'app', isAppName, problem);
  const labels = labelsOf(entry.labels, problem);
  if (tenant === null) return null;
  return { id: tenant.id, hostname: hostname ?? tenant.hostname, app: app ?? tenant.app, labels };
}

/**
 * The tenants of a list: ids, or `{id, hostname?, app?, labels?}`, in an array or under `tenants`. All or nothing: one bad entry
 * makes a TenantListError that names every bad one, so that a typing error never removes a tenant from watch.
 */
export function tenantsOfEntries(list: unknown, plan: NamePlan, name: string): readonly Tenant[] {
  const entries = isRecord(list) ? list.tenants : list;
  if (!Array.isArray(entries))
    throw new TenantListError([`${name}: expected a list of tenants, or one under the key "tenants"`]);
  const problems: string[] = [];
  const tenants: Tenant[] = [];
  const seen = new Map<string, { readonly index: number; readonly tenant: Tenant }>();
  entries.forEach((entry: unknown, index) => {
    const problem: Problem = (key, text) =>
      problems.push(`${name}: entry ${index + 1}${key === null ? '' : `, key ${key}`}: ${text}`);
    const tenant = tenantOf(entry, plan, problem);
    if (tenant === null) return;
    tenants.push(tenant);
    for (const key of ['id', 'hostname'] as const) {
      const identity = `${key} ${tenant[key]}`;
      const earlier = seen.get(identity);
      if (earlier === undefined) seen.set(identity, { index, tenant });
      else if (!isSameSite(earlier.tenant, tenant))
        problem(key, `${describe(tenant[key])} is in entry ${earlier.index + 1}, too, which says otherwise`);
    }
  });
  if (problems.length > 0) throw new TenantListError(problems);
  return mergeTenants([tenants]);
}

function isSameSite(a: Tenant, b: Tenant): boolean {
  return a.id === b.id && a.hostname === b.hostname && a.app === b.app;
}

/** One entry for each id: the first list that names it decides, labels of the later ones are added. */
export function mergeTenants(lists: readonly (readonly Tenant[])[]): readonly Tenant[] {
  const byId = new Map<string, Tenant>();
  for (const tenant of lists.flat()) {
    const earlier = byId.get(tenant.id);
    byId.set(
      tenant.id,
      earlier === undefined ? tenant : { ...earlier, labels: { ...tenant.labels, ...earlier.labels } },
    );
  }
  return [...byId.values()];
}
