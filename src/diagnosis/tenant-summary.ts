import { coveringTenantClaims, homeOf, isCustomDomain, otherClaims, tenantClaims } from '../checks/claims.ts';
import { handshakeSides } from '../checks/tls-handshake.ts';
import { failureText } from '../checks/failure-words.ts';
import { listText, oneOrMany } from '../checks/result.ts';
import type { CheckResult, TenantCheckId } from '../model/check.ts';
import type { Claim } from '../model/fly.ts';
import { coversHostname } from '../model/hostname.ts';
import { factsOf } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantProblem } from '../model/problem.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import type { TenantFacts } from './tenant-facts.ts';
import { SITE_FAILS } from './tenant-rules/words.ts';

/** All that a sentence about one tenant may draw on. */
export interface TenantCase {
  readonly snapshot: TenantSnapshot;
  readonly settings: Platform;
  readonly facts: TenantFacts;
  readonly checks: ReadonlyMap<TenantCheckId, CheckResult<TenantCheckId>>;
}

type Sentence = (is: TenantCase) => string;

function host(is: TenantCase): string {
  return is.snapshot.tenant.hostname;
}

function app(is: TenantCase): string {
  return is.snapshot.tenant.app;
}

/** What the check itself says; every check has a sentence. */
function said(id: TenantCheckId): Sentence {
  return (is) => is.checks.get(id)?.summary ?? host(is);
}

function names(claims: readonly Claim[]): readonly string[] {
  return [...new Set(claims.map(({ hostname }) => hostname))];
}

/** How the handshakes go, as the second half of a sentence. */
function handshakes(is: TenantCase): string {
  const { worse } = handshakeSides(is.snapshot, is.settings);
  const cause = worse.failure === null ? '' : `: ${failureText(worse.failure)}`;
  switch (is.facts.handshake) {
    case 'ok':
      return siteFails(is)
        ? `handshakes succeed, but the site fails (${status(is)})`
        : 'handshakes still succeed';
    case 'recovered':
      return 'handshakes succeed, after one that failed';
    case 'all-fail':
      return `handshakes fail${cause}`;
    case 'some-fail':
      return `handshakes fail on ${worse.addresses.filter(({ outcome }) => outcome === 'fails').length} of ${counted(worse.addresses.length, 'address', 'addresses')}${cause}`;
    case 'intermittent':
      return `some handshakes fail${cause}`;
    case 'no-address':
    case 'unknown':
      return 'handshakes could not be judged';
  }
}

function siteFails({ facts }: TenantCase): boolean {
  return SITE_FAILS.some((fails) => fails === facts.site);
}

function status(is: TenantCase): string {
  const facts = factsOf(is.snapshot.site);
  return facts === undefined ? 'no answer' : String(facts.status);
}

function directStatus(is: TenantCase): string {
  const facts = factsOf(is.snapshot.direct);
  return facts === undefined ? 'no answer' : String(facts.status);
}

/** What the app says of a name whose certificate belongs on it. */
function heldText(is: TenantCase): string {
  const held = factsOf(is.snapshot.certificates)?.find(({ hostname }) => coversHostname(hostname, host(is)));
  return held === undefined
    ? `${app(is)}, where its certificate belongs, holds none`
    : `${app(is)} holds ${held.hostname}, "${held.status}"`;
}

/** One sentence for each problem, with the case's own names. */
const SUMMARIES: Readonly<Record<TenantProblem, Sentence>> = {
  'certificate-on-tenant-app': (is) => {
    const covering = coveringTenantClaims(is.snapshot, is.settings);
    const claims = covering.length > 0 ? covering : tenantClaims(is.snapshot, is.settings);
    const claimed = names(claims);
    const belongs = `which ${oneOrMany(claimed.length, 'belongs', 'belong')} on ${is.settings.managementApp}`;
    const how = covering.length === 0 ? '' : `; ${handshakes(is)}`;
    return `${app(is)} claims ${listText(claimed)}, ${belongs}${how}.`;
  },
  'certificate-on-foreign-app': (is) => {
    const claims = otherClaims(is.snapshot, is.settings);
    const culprits = [...new Set(claims.map((claim) => claim.app))];
    const [are, claim] = culprits.length === 1 ? ['is', 'claims'] : ['are', 'claim'];
    return `${listText(culprits)}, which ${are} neither ${app(is)} nor ${is.settings.managementApp}, ${claim} ${listText(names(claims))}; ${handshakes(is)}.`;
  },
  'dns-override': (is) =>
    isCustomDomain(host(is), is.settings) || is.facts.dnsSeen === 'zone'
      ? said('dns-wildcard')(is)
      : `${said('dns-wildcard')(is).replace(/\.$/, '')}; nothing was heard from the zone's own servers.`,
  'dns-propagating': said('dns-wildcard'),
  'dns-wildcard-shadowed': said('dns-wildcard'),
  'dns-nxdomain': said('dns-wildcard'),
  'dns-lookup-failing': said('dns-wildcard'),
  'certificate-awaiting-configuration': said('management-certificate'),
  'certificate-awaiting-issuance': said('management-certificate'),
  'served-certificate-expired': said('certificate-validity'),
  'served-certificate-not-yet-valid': said('certificate-validity'),
  'served-certificate-expiring': said('certificate-validity'),
  'served-certificate-mismatched': said('certificate-validity'),
  'served-certificate-untrusted': said('certificate-validity'),
  'edge-partial-outage': said('tls-handshake'),
  'handshake-refused': (is) => {
    const known =
      is.facts.claim === 'unknown'
        ? `the certificates of ${app(is)} are not known`
        : homeOf({ platform: is.settings, tenant: is.snapshot }) === app(is)
          ? heldText(is)
          : `${app(is)} claims nothing of it`;
    return `Handshakes with ${host(is)} fail and the cause is not known: ${known}.`;
  },
  'tenant-app-missing': (is) =>
    is.facts.direct === 'ok'
      ? `Fly does not know the app ${app(is)}, and yet it answers ${directStatus(is)} directly: it may belong to another organization than our token.`
      : `The app ${app(is)} of ${host(is)} does not exist at Fly.`,
  'tenant-app-stopped': said('machines-started'),
  'tenant-app-crashing': said('machines-started'),
  'tenant-app-wont-start': (is) =>
    is.facts.machines === 'starting'
      ? `The machines of ${app(is)} are starting and do not answer yet: ${directStatus(is)} when asked directly.`
      : `The machines of ${app(is)} may be started by the proxy and do not come up: ${directStatus(is)} when asked directly.`,
  'tenant-not-routed': (is) =>
    `${is.settings.managementApp} does not know ${host(is)}: it answers ${status(is)} as for an unknown name, while ${app(is)} answers ${directStatus(is)} directly.`,
  'proxy-routing-broken': (is) =>
    `${host(is)} gives ${status(is)} through ${is.settings.managementApp}, while ${app(is)} answers ${directStatus(is)} directly.`,
  'site-error': (is) =>
    is.facts.directLikeSite === 'same'
      ? `${host(is)} answers ${status(is)}, and so does ${app(is)} when asked directly.`
      : `${host(is)} gives ${status(is)} through the proxy and ${is.facts.direct === 'unknown' ? 'was not judged' : `gives ${directStatus(is)}`} directly.`,
  'site-unexpected-status': (is) =>
    `${host(is)} answers ${status(is)} where ${is.settings.expectedStatus.join(' or ')} is expected${
      is.facts.directLikeSite === 'same' ? `, and so does ${app(is)} when asked directly` : ''
    }.`,
  'direct-unreachable': said('direct-response'),
  'site-indistinguishable': said('site-response'),
};

/** What is wrong, in one sentence. */
export function tenantSummary(code: TenantProblem, is: TenantCase): string {
  return SUMMARIES[code](is);
}
