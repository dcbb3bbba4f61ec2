import { likeness, likenessToControl } from '../checks/answers.ts';
import { compareWithControl } from '../checks/names.ts';
import { compareWithTarget } from '../checks/custom-domains.ts';
import { coveringTenantClaims, isCustomDomain } from '../checks/claims.ts';
import { directHostname } from '../checks/direct-response.ts';
import { machinesState } from '../checks/machines.ts';
import type { CheckResult, TenantCheckId } from '../model/check.ts';
import { factsOf } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { certificateFacts } from './served-facts.ts';
import type { TenantFacts } from './tenant-facts.ts';

export type TenantChecks = readonly CheckResult<TenantCheckId>[];

/** Categorical facts of one tenant. Where a check has become unknown, so has its fact: nothing is blamed on what is not known. */
export function tenantFacts(snapshot: TenantSnapshot, checks: TenantChecks, platform: Platform): TenantFacts {
  const by = new Map(checks.map((check) => [check.id, check]));
  return {
    claim: claimFact(snapshot, by.get('tenant-certificates'), platform),
    foreign: foreignFact(by.get('hostname-claims')),
    ...dnsFacts(snapshot, by.get('dns-wildcard'), platform),
    handshake: handshakeFact(by.get('tls-handshake')),
    ...certificateFacts(snapshot, by.get('certificate-validity'), platform),
    ...managementFacts(by.get('management-certificate')),
    machines: machinesFact(snapshot, by.get('machines-started')),
    ...answerFacts(snapshot, by.get('site-response'), by.get('direct-response'), platform),
  };
}

type Judged = CheckResult<TenantCheckId> | undefined;

function isKnown(check: Judged): check is CheckResult<TenantCheckId> {
  return check !== undefined && check.verdict !== 'unknown' && check.verdict !== 'skipped';
}

function claimFact(snapshot: TenantSnapshot, check: Judged, platform: Platform): TenantFacts['claim'] {
  if (!isKnown(check)) return 'unknown';
  if (check.verdict === 'pass') return 'none';
  return coveringTenantClaims(snapshot, platform).length > 0 ? 'covers' : 'elsewhere';
}

function foreignFact(check: Judged): TenantFacts['foreign'] {
  if (!isKnown(check)) return 'unknown';
  return check.verdict === 'pass' ? 'none' : 'claimed';
}

function dnsFacts(
  snapshot: TenantSnapshot,
  check: Judged,
  platform: Platform,
): Pick<TenantFacts, 'dns' | 'dnsSeen'> {
  const seen = { dns: 'right', dnsSeen: 'resolvers' } as const;
  if (check?.verdict === 'pass' || check?.verdict === 'skipped') return seen;
  // Not known whether it is wrong, but a candidate for what else fails.
  if (check?.reason === 'cached-answer' && check.verdict === 'unknown') return { ...seen, dns: 'within-ttl' };
  if (!isKnown(check)) return { ...seen, dns: 'unknown' };
  if (isCustomDomain(snapshot.tenant.hostname, platform)) {
    const { outcome, source } = compareWithTarget(snapshot, platform);
    if (outcome === 'off-target') return { dns: 'own', dnsSeen: source };
    return {
      dns: outcome === 'nxdomain' || outcome === 'no-data' || outcome === 'failing' ? outcome : 'unknown',
      dnsSeen: source,
    };
  }
  const { outcome, source, everywhere } = compareWithControl(snapshot, platform);
  const dnsSeen = source === 'zone' ? 'zone' : everywhere ? 'resolvers' : 'some-resolvers';
  switch (outcome) {
    case 'own':
    case 'cached':
    case 'disagree':
    case 'no-data':
    case 'family-missing':
    case 'nxdomain':
    case 'failing':
      return { dns: outcome, dnsSeen };
    case 'same':
      return seen;
    case 'within-ttl':
    case 'outside':
    case 'unresolved':
    case 'no-control':
    case 'no-answer':
      return { dns: 'unknown', dnsSeen };
  }
}

function handshakeFact(check: Judged): TenantFacts['handshake'] {
  if (!isKnown(check)) return 'unknown';
  if (check.verdict === 'pass') return 'ok';
  if (check.verdict === 'warn') return 'recovered';
  switch (check.reason) {
    case 'some-addresses-fail':
      return 'some-fail';
    case 'intermittent':
    case 'no-address':
      return check.reason;
    default:
      return 'all-fail';
  }
}

function managementFacts(check: Judged): Pick<TenantFacts, 'management' | 'wildcardServes'> {
  if (!isKnown(check)) return { management: 'unknown', wildcardServes: 'no' };
  const wildcardServes = check.verdict === 'fail' ? 'no' : 'yes';
  switch (check.reason) {
    case null:
      return { management: 'fine', wildcardServes };
    case 'awaiting-configuration':
    case 'awaiting-issuance':
    case 'expired':
    case 'not-covered':
      return { management: check.reason, wildcardServes };
    default:
      return { management: 'unknown', wildcardServes };
  }
}

function machinesFact(snapshot: TenantSnapshot, check: Judged): TenantFacts['machines'] {
  if (!isKnown(check)) return 'unknown';
  if (check.reason === 'app-missing') return 'missing';
  const state = machinesState(factsOf(snapshot.machines) ?? []);
  switch (state) {
    case 'no-machines':
      return 'stopped';
    case 'autostart-unknown':
      return 'unknown';
    default:
      return state;
  }
}

type AnswerFacts = Pick<TenantFacts, 'site' | 'siteLikeControl' | 'direct' | 'directLikeSite'>;

function answerFacts(
  snapshot: TenantSnapshot,
  siteCheck: Judged,
  directCheck: Judged,
  platform: Platform,
): AnswerFacts {
  const site = isKnown(siteCheck) ? factsOf(snapshot.site) : undefined;
  const direct = isKnown(directCheck) ? factsOf(snapshot.direct) : undefined;
  const { hostname, app } = snapshot.tenant;
  const siteLikeControl =
    site === undefined ? 'unknown' : likenessToControl(site, hostname, snapshot.platform.controls);
  let directLikeSite: TenantFacts['directLikeSite'] = 'unknown';
  if (site !== undefined && direct !== undefined) {
    // An equal status is enough, unless the site's answer is the proxy's own for names that it does not know.
    const isTheProxys =
      siteLikeControl === 'same' &&
      likeness(site, hostname, direct, directHostname(app, platform)) === 'different';
    directLikeSite = site.status === direct.status && !isTheProxys ? 'same' : 'different';
  }
  return {
    site: siteFact(siteCheck, site?.status),
    siteLikeControl,
    direct: directFact(directCheck, direct?.status),
    directLikeSite,
  };
}

function siteFact(check: Judged, status: number | undefined): TenantFacts['site'] {
  if (!isKnown(check)) return 'unknown';
  if (check.verdict === 'pass') return 'ok';
  if (check.verdict === 'warn') return 'indistinguishable';
  if (check.reason === 'no-connection') return 'no-connection';
  if (status === undefined) return 'no-answer';
  if (status >= 502 && status <= 504) return 'gateway-error';
  return status >= 500 ? 'server-error' : 'unexpected-status';
}

function directFact(check: Judged, status: number | undefined): TenantFacts['direct'] {
  if (!isKnown(check)) return 'unknown';
  if (check.verdict === 'pass') return 'ok';
  if (status === undefined) return 'unreachable';
  return status === 503 ? 'unavailable' : 'server-error';
}
