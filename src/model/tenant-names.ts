import { isAppName, isHostname, normalizeHostname } from './hostname.ts';
import type { Platform } from './platform.ts';
import type { Tenant } from './tenant.ts';

/** The settings that names are made from. */
export type NamePlan = Pick<
  Platform,
  'domain' | 'managementApp' | 'tenantApp' | 'tenantHost' | 'tenantIdPattern' | 'directHost' | 'otherHosts'
>;

export type TenantArgument =
  { readonly ok: true; readonly tenant: Tenant } | { readonly ok: false; readonly reason: string };

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/;
/** How much of a UUID without its hyphens names a tenant. */
const UUID_PREFIX_LENGTH = 12;

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(
    /\{(tenant|domain|app)\}/g,
    (placeholder, name: string) => values[name] ?? placeholder,
  );
}

/** The value that `key` must have had for the template to become `text`; null when no value does. */
function unfill(
  template: string,
  key: string,
  text: string,
  known: Readonly<Record<string, string>>,
): string | null {
  const [before, after] = template.split(`{${key}}`);
  if (before === undefined || after === undefined) return null;
  const prefix = fill(before, known);
  // The key may stand more than once: what lies before the second one is only part of the suffix, the rest is compared below.
  const whole = fill(template.slice(before.length + key.length + 2), { ...known, [key]: '' });
  const occurrences = template.split(`{${key}}`).length - 1;
  const length = (text.length - prefix.length - whole.length) / occurrences;
  if (!Number.isInteger(length) || length < 1) return null;
  const value = text.slice(prefix.length, prefix.length + length);
  return fill(template, { ...known, [key]: value }) === text ? value : null;
}

/** Does the whole text match the platform's pattern of tenant ids? */
export function isTenantId(text: string, platform: Pick<NamePlan, 'tenantIdPattern'>): boolean {
  return new RegExp(`^(?:${platform.tenantIdPattern})$`).test(text);
}

/** Is this one of the names of the domain that are configured to be no tenant's? In any spelling. */
export function isOtherHost(hostname: string, platform: Pick<NamePlan, 'domain' | 'otherHosts'>): boolean {
  const name = normalizeHostname(hostname);
  const domain = normalizeHostname(platform.domain);
  return platform.otherHosts.some((label) => name === `${normalizeHostname(label)}.${domain}`);
}

/** The tenant of an id by the platform's templates, whether or not any source lists it. */
export function tenantById(id: string, platform: NamePlan): Tenant {
  return {
    id,
    hostname: normalizeHostname(fill(platform.tenantHost, { tenant: id, domain: platform.domain })),
    app: fill(platform.tenantApp, { tenant: id }),
    labels: {},
  };
}

/** The id of the tenant that an app belongs to; null for the management app and for apps that are no tenant's. */
export function tenantOfApp(
  app: string,
  platform: Pick<NamePlan, 'managementApp' | 'tenantApp' | 'tenantIdPattern'>,
): string | null {
  if (app === platform.managementApp) return null;
  const id = unfill(platform.tenantApp, 'tenant', app, {});
  return id !== null && isTenantId(id, platform) ? id : null;
}

/** The id of the tenant whose site a host name is, in any spelling; null for other names of the domain and foreign ones. */
export function tenantOfHostname(hostname: string, platform: NamePlan): string | null {
  const name = normalizeHostname(hostname);
  const domain = normalizeHostname(platform.domain);
  if (isOtherHost(name, platform)) return null;
  const id = unfill(platform.tenantHost.toLowerCase(), 'tenant', name, { domain });
  return id !== null && isTenantId(id, platform) ? id : null;
}

function tenantOfDirectHost(hostname: string, platform: NamePlan): string | null {
  const app = unfill(platform.directHost, 'app', hostname, {});
  return app === null ? null : tenantOfApp(app, platform);
}

function candidate(text: string, platform: NamePlan): string | null {
  if (isTenantId(text, platform)) return text;
  const lower = normalizeHostname(text);
  if (isTenantId(lower, platform)) return lower;
  if (UUID.test(lower)) {
    const id = lower.replaceAll('-', '').slice(0, UUID_PREFIX_LENGTH);
    return isTenantId(id, platform) ? id : null;
  }
  return (
    tenantOfApp(lower, platform) ?? tenantOfHostname(lower, platform) ?? tenantOfDirectHost(lower, platform)
  );
}

const NO_TENANTS_NAME = {
  ok: false,
  reason: 'it is one of platform.otherHosts, the names of the domain that are not tenants',
} as const;

/**
 * What a person or a script calls a tenant: its id, host name, app name, direct host name, or a UUID (lower-cased,
 * hyphens removed, first 12 characters). The id must match `tenantIdPattern`.
 */
export function parseTenantArgument(text: string, platform: NamePlan): TenantArgument {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, reason: 'it is empty' };
  if (isOtherHost(trimmed, platform)) return NO_TENANTS_NAME;
  const id = candidate(trimmed, platform);
  if (id === null) {
    return {
      ok: false,
      reason:
        `it is neither an id that matches ${platform.tenantIdPattern}, nor a UUID, an app name like ` +
        `${platform.tenantApp} or a host name like ${fill(platform.tenantHost, { domain: platform.domain })} of such an id`,
    };
  }
  const tenant = tenantById(id, platform);
  if (isOtherHost(tenant.hostname, platform)) return NO_TENANTS_NAME;
  if (!isHostname(tenant.hostname))
    return { ok: false, reason: `its host name would be "${tenant.hostname}", which no DNS name can be` };
  if (!isAppName(tenant.app))
    return { ok: false, reason: `its app name would be "${tenant.app}", which Fly does not accept` };
  return { ok: true, tenant };
}
