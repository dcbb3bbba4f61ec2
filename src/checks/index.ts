/**
 * The checklist, in the order in which an operator walks it. Adding a check is one file and one line here; a check id without
 * its file does not compile.
 */
import {
  MONITOR_CHECKS,
  PLATFORM_CHECKS,
  TENANT_CHECKS,
  type CheckResult,
  type MonitorCheckId,
  type PlatformCheckId,
  type TenantCheckId,
} from '../model/check.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import { isSuspended } from '../model/tenant.ts';
import { certificateValidity } from './certificate-validity.ts';
import { controlHandshake } from './control-handshake.ts';
import { directResponse } from './direct-response.ts';
import { dnsWildcard } from './dns-wildcard.ts';
import { flyApi } from './fly-api.ts';
import { hostnameClaims } from './hostname-claims.ts';
import { machinesStarted } from './machines-started.ts';
import { managementApp } from './management-app.ts';
import { managementCertificate } from './management-certificate.ts';
import { monitorClock } from './monitor-clock.ts';
import { monitorNetwork } from './monitor-network.ts';
import { resolvers } from './resolvers.ts';
import { notPassed } from './result.ts';
import { siteResponse } from './site-response.ts';
import { tenantCertificates } from './tenant-certificates.ts';
import { tlsHandshake } from './tls-handshake.ts';
import { wildcardCertificate } from './wildcard-certificate.ts';
import { wildcardClaims } from './wildcard-claims.ts';
import { wildcardDns } from './wildcard-dns.ts';

export { REQUIRED_CHECKS, verdictOf } from './verdict.ts';

/** A pure judgement: the same snapshot and settings give the same result. */
type Check<Id extends TenantCheckId | PlatformCheckId | MonitorCheckId, Snapshot> = (
  snapshot: Snapshot,
  platform: Platform,
) => CheckResult<Id>;

const TENANT: { readonly [Id in TenantCheckId]: Check<Id, TenantSnapshot> } = {
  'dns-wildcard': dnsWildcard,
  'tls-handshake': tlsHandshake,
  'certificate-validity': certificateValidity,
  'site-response': siteResponse,
  'direct-response': directResponse,
  'tenant-certificates': tenantCertificates,
  'management-certificate': managementCertificate,
  'machines-started': machinesStarted,
  'hostname-claims': hostnameClaims,
};

const PLATFORM: { readonly [Id in PlatformCheckId]: Check<Id, PlatformSnapshot> } = {
  'wildcard-dns': wildcardDns,
  'control-handshake': controlHandshake,
  'wildcard-certificate': wildcardCertificate,
  'wildcard-claims': wildcardClaims,
  'management-app': managementApp,
};

const MONITOR: { readonly [Id in MonitorCheckId]: Check<Id, PlatformSnapshot> } = {
  'fly-api': flyApi,
  resolvers,
  'monitor-network': monitorNetwork,
  'monitor-clock': monitorClock,
};

/** All checks of one tenant. */
export function judgeTenant(
  snapshot: TenantSnapshot,
  platform: Platform,
): readonly CheckResult<TenantCheckId>[] {
  return TENANT_CHECKS.map((id) => judgeTenantCheck(id, snapshot, platform));
}

/** One check of one tenant. A tenant that is down on purpose is not judged. */
export function judgeTenantCheck(
  id: TenantCheckId,
  snapshot: TenantSnapshot,
  platform: Platform,
): CheckResult<TenantCheckId> {
  const { tenant } = snapshot;
  if (isSuspended(tenant))
    return notPassed(id, 'skipped', 'suspended', `${tenant.id} is suspended on purpose.`);
  return TENANT[id](snapshot, platform);
}

export function judgePlatform(
  snapshot: PlatformSnapshot,
  platform: Platform,
): readonly CheckResult<PlatformCheckId>[] {
  return PLATFORM_CHECKS.map((id) => PLATFORM[id](snapshot, platform));
}

export function judgeMonitor(
  snapshot: PlatformSnapshot,
  platform: Platform,
): readonly CheckResult<MonitorCheckId>[] {
  return MONITOR_CHECKS.map((id) => MONITOR[id](snapshot, platform));
}
