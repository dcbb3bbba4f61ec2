import type { SharedResult } from '../diagnosis/index.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Verdict } from '../model/verdict.ts';

/** What the daemon knows now, in memory: bounded by the number of tenants, the same for API, pages and metrics. */
export interface Fleet {
  readonly tenants: () => readonly Tenant[];
  /** Was a list of tenants set at all? An empty fleet and an unknown one are different things. */
  readonly loaded: () => boolean;
  /** Is the list whole? A source that never answered yet may have more. */
  readonly complete: () => boolean;
  readonly tenant: (id: string) => Tenant | undefined;
  readonly latest: (id: string) => LatestResult | undefined;
  readonly shared: () => LatestShared | undefined;
  readonly setTenants: (
    tenants: readonly Tenant[],
    complete?: boolean,
  ) => {
    readonly added: readonly Tenant[];
    readonly removed: readonly Tenant[];
  };
  readonly setResult: (latest: LatestResult) => void;
  readonly setShared: (shared: LatestShared) => void;
  /** Tells listeners that incidents changed; the tracker holds them. */
  readonly incidentsChanged: (incidents: readonly Incident[]) => void;
  /** Returns how to stop listening. A listener must not throw. */
  readonly listen: (listener: (event: FleetEvent) => void) => () => void;
}

export interface LatestResult {
  readonly result: TenantResult;
  /** When the run began, milliseconds since the epoch. */
  readonly at: number;
  /** The last verdict that was decided: `unknown` and `skipped` leave it as it was. */
  readonly decided: Verdict | undefined;
}

export interface LatestShared {
  readonly snapshot: PlatformSnapshot;
  readonly result: SharedResult;
  readonly at: number;
}

export type FleetEvent =
  | { readonly kind: 'result'; readonly tenant: string; readonly latest: LatestResult }
  | { readonly kind: 'shared'; readonly latest: LatestShared }
  | { readonly kind: 'tenants'; readonly added: readonly Tenant[]; readonly removed: readonly Tenant[] }
  | { readonly kind: 'incidents'; readonly incidents: readonly Incident[] };

export function createFleet(): Fleet {
  let tenants = new Map<string, Tenant>();
  const results = new Map<string, LatestResult>();
  const listeners = new Set<(event: FleetEvent) => void>();
  let shared: LatestShared | undefined;
  let loaded = false;
  let whole = false;

  const tell = (event: FleetEvent): void => {
    for (const listener of listeners) listener(event);
  };

  return {
    tenants: () => [...tenants.values()],
    loaded: () => loaded,
    complete: () => whole,
    tenant: (id) => tenants.get(id),
    latest: (id) => results.get(id),
    shared: () => shared,
    setTenants: (list, complete = true) => {
      const next = new Map(list.map((tenant) => [tenant.id, tenant]));
      const added = list.filter(({ id }) => !tenants.has(id));
      const removed = [...tenants.values()].filter(({ id }) => !next.has(id));
      for (const { id } of removed) results.delete(id);
      tenants = next;
      loaded = true;
      whole = complete;
      if (added.length > 0 || removed.length > 0) tell({ kind: 'tenants', added, removed });
      return { added, removed };
    },
    setResult: (latest) => {
      // A run that ends after its tenant is gone leaves nothing behind.
      if (!tenants.has(latest.result.tenant)) return;
      results.set(latest.result.tenant, latest);
      tell({ kind: 'result', tenant: latest.result.tenant, latest });
    },
    setShared: (latest) => {
      shared = latest;
      tell({ kind: 'shared', latest });
    },
    incidentsChanged: (incidents) => {
      tell({ kind: 'incidents', incidents });
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
