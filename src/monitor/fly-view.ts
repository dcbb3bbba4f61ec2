import { wildcardHostname } from '../checks/claims.ts';
import { listText } from '../checks/result.ts';
import type { AppSummary, Claim, Inventory } from '../model/fly.ts';
import { isWithinDomain, normalizeHostname } from '../model/hostname.ts';
import { type Failed, notTaken, type Observation, type Observed, type Taken } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { ManagementSnapshot, MonitorSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import type { Tenant } from '../model/tenant.ts';
import type { FlyProbe } from '../probes/fly.ts';

export type TenantFlyFacts = Pick<TenantSnapshot, 'certificates' | 'machines' | 'otherClaims' | 'edgeErrors'>;
export type ManagementFlyFacts = Pick<ManagementSnapshot, 'certificates' | 'machines' | 'addresses'>;

/** Where the API's side of a snapshot comes from: calls about one app in the gate, the latest sweep in the daemon. */
export interface FlyView {
  readonly tenant: (tenant: Tenant, signal: AbortSignal) => Promise<TenantFlyFacts>;
  readonly management: (signal: AbortSignal) => Promise<ManagementFlyFacts>;
  readonly wildcardClaims: (signal: AbortSignal) => Promise<Taken<readonly Claim[]>>;
  readonly status: () => MonitorSnapshot['flyApi'];
}

/** `--no-fly`: nobody asks, and every check that needs the API says so. */
export function withoutFly(): FlyView {
  const no = notTaken('no-fly');
  return {
    tenant: () => Promise.resolve({ certificates: no, machines: no, otherClaims: no }),
    management: () => Promise.resolve({ certificates: no, machines: no, addresses: no }),
    wildcardClaims: () => Promise.resolve(no),
    status: () => no,
  };
}

/**
 * Calls about single apps: right for a few tenants. Who else claims a hostname is not known this way, but a claim of the wildcard by one of
 * these tenants is.
 *
 * @param tenants those of the round; their certificates are asked for once each
 */
export function liveView(
  fly: FlyProbe,
  platform: Platform,
  status: FlyView['status'],
  tenants: readonly Tenant[] = [],
): FlyView {
  const asked = new Map<string, ReturnType<FlyProbe['certificates']>>();
  const certificatesOf = (app: string, signal: AbortSignal): ReturnType<FlyProbe['certificates']> => {
    const known = asked.get(app) ?? fly.certificates(app, signal);
    asked.set(app, known);
    return known;
  };
  return {
    tenant: async (tenant, signal) => {
      const [certificates, machines] = await Promise.all([
        tenants.length === 0 ? fly.certificates(tenant.app, signal) : certificatesOf(tenant.app, signal),
        fly.machines(tenant.app, signal),
      ]);
      return { certificates, machines, otherClaims: notTaken('needs-inventory') };
    },
    management: async (signal) => {
      const [certificates, machines, addresses] = await Promise.all([
        // The wildcard's expiry is only in its detail.
        fly.certificates(platform.managementApp, signal, [wildcardHostname(platform)]),
        fly.machines(platform.managementApp, signal),
        fly.addresses(platform.managementApp, signal),
      ]);
      return { certificates, machines, addresses };
    },
    wildcardClaims: async (signal) => {
      const apps = [...new Set(tenants.map(({ app }) => app))];
      const seen = await Promise.all(apps.map((app) => certificatesOf(app, signal)));
      for (const one of seen) {
        if (one.outcome === 'failed') continue;
        const claims = one.facts.filter((claim) => isForeignWildcard(claim, platform));
        if (claims.length > 0) return { ...one, facts: claims };
      }
      return notTaken('needs-inventory');
    },
    status,
  };
}

function isForeignWildcard({ app, hostname }: Claim, platform: Platform): boolean {
  return app !== platform.managementApp && normalizeHostname(hostname) === wildcardHostname(platform);
}

export interface InventoryViewOptions {
  readonly inventory: () => Promise<Observation<Inventory>>;
  readonly addresses: (signal: AbortSignal) => Promise<Observation<readonly string[]>>;
  readonly platform: Platform;
  readonly status: FlyView['status'];
}

/** Reads a sweep of the whole organization, which makes absence a fact: no other app claims the name. */
export function inventoryView({ inventory, addresses, platform, status }: InventoryViewOptions): FlyView {
  /** An organization that is not found is out of our token's sight; it says nothing of the apps. */
  const sweep = async (): Promise<Observation<Inventory>> => {
    const swept = await inventory();
    if (swept.outcome === 'observed' || swept.failure.code !== 'not-found') return swept;
    return { ...swept, failure: { ...swept.failure, code: 'forbidden' } };
  };
  return {
    tenant: async (tenant) => {
      const swept = await sweep();
      if (swept.outcome === 'failed') return { certificates: swept, machines: swept, otherClaims: swept };
      const app = swept.facts.apps.get(tenant.app);
      const others = claimsOf(swept.facts, tenant.hostname, platform).filter(
        (claim) => claim.app !== tenant.app && claim.app !== platform.managementApp,
      );
      const otherClaims = withGaps({ ...swept, facts: others }, swept.facts, [
        tenant.app,
        platform.managementApp,
      ]);
      if (app === undefined)
        return {
          certificates: unknownApp(swept, tenant.app),
          machines: unknownApp(swept, tenant.app),
          otherClaims,
        };
      return {
        certificates: certificatesOf(swept, app),
        machines:
          app.machines === null ? machinesUnknown(swept, app.name) : { ...swept, facts: app.machines },
        otherClaims,
      };
    },
    management: async (signal) => {
      const [swept, found] = await Promise.all([sweep(), addresses(signal)]);
      if (swept.outcome === 'failed') return { certificates: swept, machines: swept, addresses: found };
      const app = swept.facts.apps.get(platform.managementApp);
      if (app === undefined) {
        const missing = unknownApp(swept, platform.managementApp);
        return { certificates: missing, machines: missing, addresses: found };
      }
      return {
        certificates: certificatesOf(swept, app),
        machines:
          app.machines === null ? machinesUnknown(swept, app.name) : { ...swept, facts: app.machines },
        addresses: found,
      };
    },
    wildcardClaims: async () => {
      const swept = await sweep();
      if (swept.outcome === 'failed') return swept;
      const claims = swept.facts.claims.get(wildcardHostname(platform)) ?? [];
      const others = claims.filter((claim) => claim.app !== platform.managementApp);
      return withGaps({ ...swept, facts: others }, swept.facts, [platform.managementApp]);
    },
    status,
  };
}

function certificatesOf(swept: Observed<Inventory>, app: AppSummary): Observation<readonly Claim[]> {
  const failure = swept.facts.unread?.get(app.name);
  return failure === undefined
    ? { ...swept, facts: app.claims }
    : { outcome: 'failed', at: swept.at, durationMs: swept.durationMs, failure };
}

/** What was found is certain; that there is nothing more is not, while the list of an app is missing that could hold it. */
function withGaps(
  all: Observed<readonly Claim[]>,
  { unread }: Inventory,
  besides: readonly string[],
): Observation<readonly Claim[]> {
  // What an app claimed when it could last be read is no evidence any more.
  const found = { ...all, facts: all.facts.filter(({ app }) => unread?.has(app) !== true) };
  const missing = [...(unread?.keys() ?? [])].filter((app) => !besides.includes(app));
  if (found.facts.length > 0 || missing.length === 0) return found;
  const apps = listText(missing);
  return failed(found, 'incomplete', `the certificates of ${apps} could not be read`);
}

/** Claims of exactly this hostname; of a custom domain also its wildcard. The platform's wildcard is the platform's matter. */
function claimsOf(inventory: Inventory, hostname: string, platform: Platform): readonly Claim[] {
  const exact = inventory.claims.get(hostname) ?? [];
  if (isWithinDomain(hostname, platform.domain)) return exact;
  return [...exact, ...(inventory.claims.get(`*${hostname.slice(hostname.indexOf('.'))}`) ?? [])];
}

function unknownApp(swept: { readonly at: number; readonly durationMs: number }, app: string): Failed {
  return failed(swept, 'not-found', `the organization has no app ${app}`);
}

function machinesUnknown(swept: { readonly at: number; readonly durationMs: number }, app: string): Failed {
  return failed(swept, 'incomplete', `the sweep did not learn the machines of ${app}`);
}

function failed(
  { at, durationMs }: { readonly at: number; readonly durationMs: number },
  code: 'not-found' | 'incomplete',
  detail: string,
): Failed {
  return { outcome: 'failed', at, durationMs, failure: { phase: 'api', code, detail } };
}
