import { judgeTenantCheck } from '../checks/index.ts';
import { TENANT_CHECKS, type CheckResult, type TenantCheckId } from '../model/check.ts';
import { notTaken } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Trigger } from '../model/verdict.ts';

/** A part of a tenant's snapshot, told as soon as it was taken. */
export type SnapshotPart = Partial<Omit<TenantSnapshot, 'tenant' | 'takenAt' | 'trigger'>>;

type PartName = keyof SnapshotPart;

/** What each check looks at; with all of it there, its judgement cannot change any more. */
const NEEDS: Readonly<Record<TenantCheckId, readonly PartName[]>> = {
  'dns-wildcard': ['platform', 'lookups'],
  'tls-handshake': ['platform', 'lookups', 'handshakes', 'managementHandshakes'],
  'certificate-validity': ['platform', 'lookups', 'handshakes', 'managementHandshakes'],
  'site-response': ['platform', 'lookups', 'handshakes', 'site'],
  'direct-response': ['platform', 'lookups', 'handshakes', 'site', 'direct'],
  'tenant-certificates': ['platform', 'certificates'],
  'management-certificate': ['platform', 'certificates'],
  'machines-started': ['platform', 'certificates', 'machines'],
  'hostname-claims': ['platform', 'certificates', 'otherClaims'],
};

export interface LiveChecks {
  readonly take: (part: SnapshotPart) => void;
}

/**
 * Judges each check as soon as its evidence is there, for whoever watches: a refused connection must not hide for the
 * length of a timeout that the names are right. The result of the run judges all of them once more, together.
 */
export function createLiveChecks(
  tenant: Tenant,
  trigger: Trigger,
  platform: Platform,
  onCheck: (result: CheckResult<TenantCheckId>) => void,
): LiveChecks {
  const known = new Map<PartName, unknown>();
  const told = new Set<TenantCheckId>();
  return {
    take: (part) => {
      for (const name of Object.keys(part) as PartName[]) known.set(name, part[name]);
      const shared = known.get('platform') as PlatformSnapshot | undefined;
      if (shared === undefined) return;
      const snapshot = {
        ...nothingOf(tenant, trigger, shared),
        ...(Object.fromEntries(known) as SnapshotPart),
      };
      for (const id of TENANT_CHECKS) {
        if (told.has(id) || !NEEDS[id].every((name) => known.has(name))) continue;
        told.add(id);
        onCheck(judgeTenantCheck(id, snapshot, platform));
      }
    },
  };
}

function nothingOf(tenant: Tenant, trigger: Trigger, platform: PlatformSnapshot): TenantSnapshot {
  const nothing = notTaken('not-needed');
  return {
    tenant,
    takenAt: platform.takenAt,
    trigger,
    lookups: [],
    handshakes: [],
    managementHandshakes: [],
    site: nothing,
    direct: nothing,
    certificates: nothing,
    machines: nothing,
    otherClaims: nothing,
    platform,
  };
}
