import type { SharedResult } from '../diagnosis/index.ts';
import type { CheckResult } from '../model/check.ts';
import type { Diagnosis, TenantResult } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Verdict } from '../model/verdict.ts';
import { createPacker } from './packed-result.ts';

/** What the daemon knows now, in memory: bounded by the number of tenants, the same for API, pages and metrics. */
export interface Fleet {
  readonly tenants: () => readonly Tenant[];
  /** Was a list of tenants set at all? An empty fleet and an unknown one are different things. */
  readonly loaded: () => boolean;
  /** Is the list whole? A source that never answered yet may have more. */
  readonly complete: () => boolean;
  readonly tenant: (id: string) => Tenant | undefined;
  /** What the latest run came to. */
  readonly latest: (id: string) => LatestResult | undefined;
  /** All that the latest run says, sentences and evidence included; unpacked at each call. */
  readonly result: (id: string) => TenantResult | undefined;
  readonly shared: () => LatestShared | undefined;
  readonly setTenants: (
    tenants: readonly Tenant[],
    complete?: boolean,
  ) => {
    readonly added: readonly Tenant[];
    readonly removed: readonly Tenant[];
  };
  /** @param at when the run began, milliseconds since the epoch */
  readonly setResult: (result: TenantResult, at: number) => void;
  readonly setShared: (shared: LatestShared) => void;
  /** Tells listeners that incidents changed; the tracker holds them. */
  readonly incidentsChanged: (incidents: readonly Incident[]) => void;
  /** Returns how to stop listening. A listener must not throw. */
  readonly listen: (listener: (event: FleetEvent) => void) => () => void;
}

/** The part of a result that loops, gauges and lists look at for thousands of tenants at once. */
export interface LatestResult extends Pick<TenantResult, 'verdict' | 'durationMs' | 'explainedBy'> {
  /** When the run began, milliseconds since the epoch. */
  readonly at: number;
  /** The last verdict that was decided: `unknown` and `skipped` leave it as it was. */
  readonly decided: Verdict | undefined;
  readonly checks: readonly CheckMark[];
  readonly diagnosis: Finding | null;
  readonly alsoFound: readonly Finding[];
}

export type CheckMark = Pick<CheckResult, 'id' | 'verdict' | 'reason'>;
export type Finding = Pick<Diagnosis, 'code' | 'severity'>;

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
  const packer = createPacker();
  const share = createSharing();
  const results = new Map<string, { readonly latest: LatestResult; readonly packed: string }>();
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
    latest: (id) => results.get(id)?.latest,
    result: (id) => {
      const kept = results.get(id);
      return kept && packer.unpack(kept.packed);
    },
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
    setResult: (result, at) => {
      const { tenant, verdict, durationMs, explainedBy, diagnosis, alsoFound } = result;
      // A run that ends after its tenant is gone leaves nothing behind.
      if (!tenants.has(tenant)) return;
      const latest: LatestResult = {
        verdict,
        durationMs,
        explainedBy,
        at,
        decided: isDecided(verdict) ? verdict : results.get(tenant)?.latest.decided,
        checks: share(result.checks),
        diagnosis: diagnosis && findingOf(diagnosis),
        alsoFound: alsoFound.map(findingOf),
      };
      results.set(tenant, { latest, packed: packer.pack(result) });
      tell({ kind: 'result', tenant, latest });
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

function isDecided(verdict: Verdict): boolean {
  return verdict !== 'unknown' && verdict !== 'skipped';
}

function findingOf({ code, severity }: Diagnosis): Finding {
  return { code, severity };
}

/** More ways for a checklist to end than a fleet shows at one time. */
const MAX_SHARED = 1_000;

/** Most checklists end alike: they share one list of marks. */
function createSharing(): (checks: readonly CheckResult[]) => readonly CheckMark[] {
  const shared = new Map<string, readonly CheckMark[]>();
  return (checks) => {
    const key = checks.map(({ id, verdict, reason }) => `${id} ${verdict} ${reason ?? ''}`).join();
    const known = shared.get(key);
    if (known !== undefined) return known;
    if (shared.size >= MAX_SHARED) shared.clear();
    const marks = checks.map(({ id, verdict, reason }): CheckMark => ({ id, verdict, reason }));
    shared.set(key, marks);
    return marks;
  };
}
