/**
 * What a problem of the monitor or of the platform explains elsewhere. Each entry asks whether this failure, with its own facts, can come
 * from that problem: a platform outage at one address explains nothing at another.
 */
import { anyConnection, failingAddresses } from '../checks/handshakes.ts';
import { certificateValidity, servedToTenant } from '../checks/certificate-validity.ts';
import { hasDefect, DEFECTS } from '../checks/certificates.ts';
import { coversHostname } from '../model/hostname.ts';
import { controlFailingAddresses } from '../checks/control-handshake.ts';
import { handshakeSides } from '../checks/tls-handshake.ts';
import { compareWithControl } from '../checks/names.ts';
import { resolverHealth } from '../checks/resolver-health.ts';
import { isCustomDomain, wildcardHostname } from '../checks/claims.ts';
import { managementCertificate } from '../checks/management-certificate.ts';
import { servedToControls, wildcardCertificate } from '../checks/wildcard-certificate.ts';
import type { CheckId, CheckResult } from '../model/check.ts';
import type { Platform } from '../model/platform.ts';
import type { MonitorProblem, PlatformProblem, ProblemCode } from '../model/problem.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';

/** What was seen: of the platform, and of a tenant when it is one of its checks. */
export interface Scene {
  readonly shared: PlatformSnapshot;
  readonly tenant: TenantSnapshot | null;
  readonly settings: Platform;
  /** Did the handshakes of the control names fail? */
  readonly controlFails: boolean;
}

type Explains = (check: CheckResult, scene: Scene) => boolean;
type Explained = Readonly<Partial<Record<CheckId, Explains>>>;

const noConnection: Explains = ({ reason }) => reason === 'no-connection';
const noResolver: Explains = ({ reason }) => reason === 'no-resolver-answered';
const apiSilent: Explains = ({ verdict, reason }) =>
  verdict === 'unknown' && (reason?.endsWith('-during-api') ?? false);
const whileResolving: Explains = ({ reason }) => reason?.endsWith('-during-resolve') ?? false;
const whileConnecting: Explains = ({ reason }) =>
  reason?.endsWith('-during-connect') === true || reason?.endsWith('-during-resolve') === true;
const whileShakingHands: Explains = ({ reason }) =>
  reason?.endsWith('-during-handshake') === true || reason?.endsWith('-during-connect') === true;

/** Not one packet came back: consistent with a network that is down, unlike a reset or an EOF. */
const nothingConnected: Explains = (check, { tenant, shared }) => {
  if (check.verdict === 'unknown') return true;
  const handshakes =
    tenant === null ? shared.controls.flatMap((control) => control.handshakes) : tenant.handshakes;
  return handshakes.length > 0 && !anyConnection(handshakes);
};

const NO_API: Explained = {
  'tenant-certificates': apiSilent,
  'management-certificate': apiSilent,
  'machines-started': apiSilent,
  'hostname-claims': apiSilent,
  'wildcard-certificate': apiSilent,
  'wildcard-claims': apiSilent,
  'management-app': apiSilent,
};

/** The way past the proxy is resolved, too: where a resolver lies, what was connected to need not be the app. */
const whereLiesLead: Explains = (check, scene) =>
  whileResolving(check, scene) ||
  (whileShakingHands(check, scene) &&
    [...resolverHealth(scene.shared, scene.settings).values()].includes('lies'));

/** The health URL is resolved as well: at the resolver that is asked first, unless it fails. */
const healthWhereLiesLead: Explains = (check, scene) =>
  whereLiesLead(check, scene) ||
  ((check.reason === 'unhealthy' || check.reason?.endsWith('-during-request') === true) &&
    [...resolverHealth(scene.shared, scene.settings).values()].find((state) => state !== 'fails') === 'lies');

/** Would the check be content with the dates if our clock were right? */
function byClock(judge: (scene: Scene) => CheckResult | null): Explains {
  return ({ reason }, scene) => {
    const dated = reason === 'expired' || reason === 'not-yet-valid' || reason === 'expires-soon';
    const right = dated ? judge(scene) : null;
    return right !== null && right.reason !== reason;
  };
}

function atServerTime<Snapshot extends { readonly takenAt: number }>(
  snapshot: Snapshot,
  shared: PlatformSnapshot,
): Snapshot {
  const { clock } = shared.monitor;
  const skewMs = clock.outcome === 'observed' ? clock.facts.skewMs : 0;
  return { ...snapshot, takenAt: snapshot.takenAt - skewMs };
}

/** Every address at which the tenant's handshake fails is one at which the control names' fails, too. */
const asControl: Explains = (_check, { tenant, shared, settings, controlFails }) => {
  if (tenant === null || !controlFails) return false;
  const failing = controlFailingAddresses(shared, settings);
  const here = failingAddresses(handshakeSides(tenant, settings).worse);
  return here.length > 0 && here.every(({ address }) => failing.has(address));
};

/** Everything that the tenant was tried at belongs to the wildcard's own answer. */
const byWildcardName: Explains = (_check, { tenant, settings }) => {
  if (tenant === null || isCustomDomain(tenant.tenant.hostname, settings)) return false;
  const { outcome, source } = compareWithControl(tenant, settings);
  return !(outcome === 'own' && source === 'zone');
};

/** The certificates that are wrong here are the wildcard's: served to the control names as well, or naming the wildcard. */
const byWildcardCertificate: Explains = (_check, { tenant, shared, settings }) => {
  if (tenant === null) return false;
  const wildcard = wildcardHostname(settings);
  const toControls = new Set(servedToControls(shared, settings).map(({ facts }) => facts.fingerprint));
  return servedToTenant(tenant, settings)
    .filter((certificate) => DEFECTS.some((defect) => hasDefect(certificate, defect)))
    .every(({ facts }) => toControls.has(facts.fingerprint) || facts.names.includes(wildcard));
};

/** A name below the wildcard for which the management app has nothing else. */
const coveredByWildcardOnly: Explains = ({ reason, verdict }, { tenant, settings }) =>
  tenant !== null &&
  verdict === 'fail' &&
  coversHostname(wildcardHostname(settings), tenant.tenant.hostname) &&
  (reason === 'not-covered' || reason === 'expired' || (reason?.startsWith('awaiting-') ?? false));

const noConnectionAsControl: Explains = (check, scene) =>
  noConnection(check, scene) && asControl(check, scene);

function isUnknownToFly({ shared }: Scene): boolean {
  const { machines } = shared.management;
  return machines.outcome === 'failed' && machines.failure.code === 'not-found';
}

/** An app that is gone took its certificates along. */
const goneWithTheApp: Explains = (check, scene) => isUnknownToFly(scene) && asControl(check, scene);

/** What Fly does not know by this name and serves names all the same is looked for wrongly, and not down. */
const withoutTheProxy: Explains = (check, scene) => {
  if (isUnknownToFly(scene) && !scene.controlFails) return false;
  return check.reason === 'server-error' || check.reason?.endsWith('-during-request') === true;
};

const WILDCARD_CERTIFICATE: Explained = {
  'management-certificate': coveredByWildcardOnly,
  'certificate-validity': byWildcardCertificate,
  'tls-handshake': asControl,
  'site-response': noConnectionAsControl,
};

const EXPLAINED: Readonly<Record<MonitorProblem | PlatformProblem, Explained>> = {
  'monitor-network-down': {
    ...NO_API,
    'dns-wildcard': noResolver,
    'tls-handshake': nothingConnected,
    'site-response': (check, scene) => noConnection(check, scene) && nothingConnected(check, scene),
    'direct-response': whileConnecting,
    'wildcard-dns': noResolver,
    'control-handshake': nothingConnected,
    'management-app': whileConnecting,
  },
  'fly-api-unavailable': NO_API,
  'fly-token-rejected': NO_API,
  'fly-rate-limited': NO_API,
  'resolver-failing': {
    'dns-wildcard': noResolver,
    'tls-handshake': noResolver,
    'site-response': ({ verdict }) => verdict === 'unknown',
    'direct-response': whereLiesLead,
    'wildcard-dns': noResolver,
    'control-handshake': noResolver,
    'management-app': healthWhereLiesLead,
  },
  'probe-throttled': {
    'tls-handshake': (check, scene) =>
      whileShakingHands(check, scene) ||
      check.reason === 'some-addresses-fail' ||
      check.reason === 'intermittent',
    'site-response': noConnection,
    'direct-response': whileShakingHands,
    'control-handshake': (check, scene) =>
      whileShakingHands(check, scene) || check.reason === 'some-addresses-fail',
  },
  'monitor-clock-skewed': {
    'certificate-validity': byClock(({ tenant, shared, settings }) =>
      tenant === null ? null : certificateValidity(atServerTime(tenant, shared), settings),
    ),
    'management-certificate': byClock(({ tenant, shared, settings }) =>
      tenant === null ? null : managementCertificate(atServerTime(tenant, shared), settings),
    ),
    'wildcard-certificate': byClock(({ shared, settings }) =>
      wildcardCertificate(atServerTime(shared, shared), settings),
    ),
  },
  'wildcard-dns-broken': {
    'dns-wildcard': byWildcardName,
    'tls-handshake': byWildcardName,
    'certificate-validity': byWildcardName,
    'site-response': byWildcardName,
  },
  'wildcard-claimed-elsewhere': {
    'tls-handshake': asControl,
    'certificate-validity': byWildcardCertificate,
    'site-response': noConnectionAsControl,
  },
  'platform-tls-outage': {
    'tls-handshake': asControl,
    'site-response': noConnectionAsControl,
    // The same edge ends TLS for the direct names.
    'direct-response': whileShakingHands,
  },
  'wildcard-certificate-missing': WILDCARD_CERTIFICATE,
  'wildcard-certificate-invalid': { 'certificate-validity': byWildcardCertificate },
  'wildcard-certificate-expired': WILDCARD_CERTIFICATE,
  'wildcard-certificate-expiring': { 'certificate-validity': byWildcardCertificate },
  'management-app-down': {
    'tls-handshake': goneWithTheApp,
    'management-certificate': ({ reason }) => reason === 'not-found-during-api',
    'site-response': (check, scene) =>
      withoutTheProxy(check, scene) || (noConnection(check, scene) && goneWithTheApp(check, scene)),
  },
};

/** No problem of a tenant explains what happens elsewhere. */
const BY_CODE: Readonly<Partial<Record<ProblemCode, Explained>>> = EXPLAINED;

/** Can this result come from that problem of the monitor or of the platform? */
export function explains(code: ProblemCode, check: CheckResult, scene: Scene): boolean {
  return BY_CODE[code]?.[check.id]?.(check, scene) ?? false;
}

/** The checks of other scopes that the problem may explain, for the diagnosis to name. */
export function mayExplain(code: MonitorProblem | PlatformProblem): readonly CheckId[] {
  return Object.keys(EXPLAINED[code]) as CheckId[];
}
