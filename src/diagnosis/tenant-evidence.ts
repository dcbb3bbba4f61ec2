import { managementExactClaim, momentText, otherClaims, tenantClaims } from '../checks/claims.ts';
import { failingLookups, type FailingLookups } from '../checks/failing-lookups.ts';
import { listText } from '../checks/result.ts';
import type { TenantCheckId } from '../model/check.ts';
import type { Claim } from '../model/fly.ts';
import { factsOf } from '../model/observation.ts';
import type { TenantProblem } from '../model/problem.ts';
import { counted } from '../model/spoken.ts';
import type { SharedChecks } from './shared-summary.ts';
import type { TenantCase } from './tenant-summary.ts';

/** A fact worth showing: what a check says, or one of these. */
type Proof =
  | TenantCheckId
  | 'claim'
  | 'foreign-claim'
  | 'exact-certificate'
  | 'control'
  | 'edge-errors'
  | 'name-servers'
  | 'request';

/** What proves each problem, the most telling first; the first four that are known are shown. */
const PROOFS: Readonly<Record<TenantProblem, readonly Proof[]>> = {
  'certificate-on-tenant-app': [
    'claim',
    'tls-handshake',
    'control',
    'direct-response',
    'edge-errors',
    'site-response',
  ],
  'certificate-on-foreign-app': ['foreign-claim', 'tls-handshake', 'control', 'tenant-certificates'],
  'dns-override': ['dns-wildcard', 'control', 'tls-handshake', 'site-response', 'tenant-certificates'],
  'dns-propagating': ['dns-wildcard', 'control', 'tls-handshake', 'site-response'],
  'dns-wildcard-shadowed': ['dns-wildcard', 'control', 'tls-handshake', 'direct-response'],
  'dns-nxdomain': ['dns-wildcard', 'control', 'tls-handshake', 'direct-response'],
  'dns-lookup-failing': ['dns-wildcard', 'name-servers', 'control', 'direct-response'],
  'certificate-awaiting-configuration': ['exact-certificate', 'management-certificate', 'tls-handshake'],
  'certificate-awaiting-issuance': ['exact-certificate', 'management-certificate', 'tls-handshake'],
  'served-certificate-expired': ['certificate-validity', 'management-certificate', 'tls-handshake'],
  'served-certificate-not-yet-valid': ['certificate-validity', 'management-certificate', 'tls-handshake'],
  'served-certificate-expiring': ['certificate-validity', 'management-certificate', 'tls-handshake'],
  'served-certificate-mismatched': ['certificate-validity', 'dns-wildcard', 'management-certificate'],
  'served-certificate-untrusted': ['certificate-validity', 'dns-wildcard', 'management-certificate'],
  'edge-partial-outage': ['tls-handshake', 'edge-errors', 'control', 'tenant-certificates', 'dns-wildcard'],
  'handshake-refused': ['tls-handshake', 'edge-errors', 'control', 'tenant-certificates', 'direct-response'],
  'tenant-app-missing': ['machines-started', 'site-response', 'direct-response', 'tenant-certificates'],
  'tenant-app-stopped': ['machines-started', 'direct-response', 'site-response', 'tls-handshake'],
  'tenant-app-crashing': ['machines-started', 'direct-response', 'site-response', 'tls-handshake'],
  'tenant-app-wont-start': ['machines-started', 'direct-response', 'site-response', 'tls-handshake'],
  'tenant-not-routed': ['site-response', 'direct-response', 'request', 'tls-handshake', 'machines-started'],
  'proxy-routing-broken': [
    'site-response',
    'direct-response',
    'request',
    'tls-handshake',
    'machines-started',
  ],
  'site-error': ['site-response', 'direct-response', 'request', 'machines-started', 'tls-handshake'],
  'site-unexpected-status': ['site-response', 'direct-response', 'machines-started', 'tls-handshake'],
  'direct-unreachable': ['direct-response', 'site-response', 'machines-started'],
  'site-indistinguishable': ['site-response', 'direct-response', 'control'],
};

const MOST = 4;

/** Two to four facts that prove the problem, plain text. */
export function tenantEvidence(
  code: TenantProblem,
  is: TenantCase,
  platform: SharedChecks,
): readonly string[] {
  const texts: string[] = [];
  for (const proof of PROOFS[code]) {
    if (texts.length >= MOST) break;
    texts.push(...factsFor(proof, is, platform).filter((text) => !texts.includes(text)));
  }
  // What is known of the rest keeps a lone fact company.
  for (const { verdict, summary } of is.checks.values()) {
    if (texts.length >= 2) break;
    if (verdict !== 'skipped' && !texts.includes(summary)) texts.push(summary);
  }
  return texts.slice(0, MOST);
}

function factsFor(proof: Proof, is: TenantCase, platform: SharedChecks): readonly string[] {
  switch (proof) {
    case 'claim':
      return tenantClaims(is.snapshot, is.settings).slice(0, 2).map(claimText);
    case 'foreign-claim':
      return otherClaims(is.snapshot, is.settings).slice(0, 2).map(claimText);
    case 'exact-certificate': {
      const claim = managementExactClaim(is.snapshot);
      return claim === undefined ? [] : [claimText(claim)];
    }
    case 'control': {
      const control = platform.find(({ id }) => id === 'control-handshake');
      return control === undefined || control.verdict === 'skipped' ? [] : [control.summary];
    }
    case 'request': {
      const answer = factsOf(is.snapshot.site);
      const id = answer?.headers['fly-request-id'];
      if (answer === undefined || id === undefined) return [];
      const where = answer.region === null ? '' : ` in ${answer.region}`;
      return [
        `The edge${where} took the request as ${id} (fly-request-id): by this the logs and Fly’s support find it.`,
      ];
    }
    case 'name-servers': {
      const failing = failingLookups(is.snapshot, is.settings);
      return failing === undefined ? [] : controlAnswersText(failing);
    }
    case 'edge-errors': {
      const { edgeErrors = 0, tenant } = is.snapshot;
      return edgeErrors === 0
        ? []
        : [
            `Fly’s edge counted ${counted(edgeErrors, 'failed handshake')} for ${tenant.hostname} in five minutes, of all visitors and ours.`,
          ];
    }
    default: {
      const check = is.checks.get(proof);
      return check === undefined || check.verdict === 'skipped' ? [] : [check.summary];
    }
  }
}

/** What the same servers do for the control names: without it their failing would speak of them. */
function controlAnswersText({ resolvers }: FailingLookups): readonly string[] {
  const servers = listText(resolvers.map(({ server }) => server));
  return [
    `For random names under the same wildcard ${servers} ${resolvers.length === 1 ? 'answers' : 'answer'} at the same time.`,
  ];
}

/** Fly's own words about a claim, as evidence and never as advice. */
function claimText(claim: Claim): string {
  const [note] = claim.notes;
  return `Certificate list of ${claim.app}: ${claim.hostname}, "${claim.status}"${
    claim.createdAt === null ? '' : `, created ${momentText(claim.createdAt)}`
  }${note === undefined ? '' : `; Fly says: "${note}"`}.`;
}
