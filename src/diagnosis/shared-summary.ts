import { foreignWildcardClaims, wildcardHostname } from '../checks/claims.ts';
import { listText, oneOrMany } from '../checks/result.ts';
import type { CheckId, CheckResult } from '../model/check.ts';
import type { Platform } from '../model/platform.ts';
import type { MonitorProblem, PlatformProblem } from '../model/problem.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';

export type SharedChecks = readonly CheckResult[];

/** All that a sentence about the platform or the monitor may draw on. */
export interface SharedCase {
  readonly snapshot: PlatformSnapshot;
  readonly settings: Platform;
  readonly checks: SharedChecks;
}

type Sentence = (is: SharedCase) => string;

function said(id: CheckId): Sentence {
  return (is) => is.checks.find((check) => check.id === id)?.summary ?? 'Not judged.';
}

const SUMMARIES: Readonly<Record<MonitorProblem | PlatformProblem, Sentence>> = {
  'monitor-network-down': said('monitor-network'),
  'fly-api-unavailable': said('fly-api'),
  'fly-token-rejected': said('fly-api'),
  'fly-rate-limited': said('fly-api'),
  'resolver-failing': said('resolvers'),
  'probe-throttled': () =>
    'Handshakes from here fail for many names at once and recover in a pause: the edge limits this monitor.',
  'monitor-clock-skewed': said('monitor-clock'),
  'wildcard-dns-broken': said('wildcard-dns'),
  'wildcard-claimed-elsewhere': (is) => {
    const apps = [...new Set(foreignWildcardClaims(is.snapshot, is.settings).map(({ app }) => app))];
    const fails = is.checks.some(({ id, verdict }) => id === 'control-handshake' && verdict === 'fail');
    const now = fails ? 'handshakes under it fail' : 'handshakes under it do not fail yet';
    return `${listText(apps)} ${oneOrMany(apps.length, 'claims', 'claim')} ${wildcardHostname(is.settings)}, which belongs on ${is.settings.managementApp}; ${now}.`;
  },
  'platform-tls-outage': said('control-handshake'),
  'wildcard-certificate-missing': said('wildcard-certificate'),
  'wildcard-certificate-invalid': said('wildcard-certificate'),
  'wildcard-certificate-expired': said('wildcard-certificate'),
  'wildcard-certificate-expiring': said('wildcard-certificate'),
  'management-app-down': (is) => {
    const summary = said('management-app')(is);
    const missing = is.checks.some(({ id, reason }) => id === 'management-app' && reason === 'app-missing');
    const served = is.checks.some(
      ({ id, verdict }) => id === 'control-handshake' && (verdict === 'pass' || verdict === 'warn'),
    );
    return missing && served
      ? `${summary.replace(/\.$/, '')}, and yet names under ${is.settings.domain} are served: platform.managementApp may name the wrong app, or the token belong to another organization.`
      : summary;
  },
};

/** What is wrong, in one sentence. */
export function sharedSummary(code: MonitorProblem | PlatformProblem, is: SharedCase): string {
  return SUMMARIES[code](is);
}

/** What proves each problem: what these checks say, the most telling first. */
const PROOFS: Readonly<Record<MonitorProblem | PlatformProblem, readonly CheckId[]>> = {
  'monitor-network-down': ['monitor-network', 'resolvers', 'fly-api', 'control-handshake'],
  'fly-api-unavailable': ['fly-api', 'monitor-network', 'control-handshake'],
  'fly-token-rejected': ['fly-api', 'monitor-network', 'control-handshake'],
  'fly-rate-limited': ['fly-api', 'monitor-network', 'control-handshake'],
  'resolver-failing': ['resolvers', 'monitor-network', 'wildcard-dns'],
  'probe-throttled': ['control-handshake', 'monitor-network', 'wildcard-dns'],
  'monitor-clock-skewed': ['monitor-clock', 'wildcard-certificate'],
  'wildcard-dns-broken': ['wildcard-dns', 'control-handshake', 'resolvers'],
  'wildcard-claimed-elsewhere': ['wildcard-claims', 'control-handshake', 'wildcard-certificate'],
  'platform-tls-outage': ['control-handshake', 'wildcard-claims', 'wildcard-certificate', 'wildcard-dns'],
  'wildcard-certificate-missing': ['wildcard-certificate', 'control-handshake', 'wildcard-claims'],
  'wildcard-certificate-invalid': ['wildcard-certificate', 'control-handshake', 'wildcard-dns'],
  'wildcard-certificate-expired': ['wildcard-certificate', 'control-handshake'],
  'wildcard-certificate-expiring': ['wildcard-certificate', 'control-handshake'],
  'management-app-down': ['management-app', 'control-handshake'],
};

const THROTTLED =
  'Many names failed together, names that no tenant owns among them, and those succeeded after a pause.';

const ABOUT_API: ReadonlySet<string> = new Set<MonitorProblem>([
  'fly-api-unavailable',
  'fly-token-rejected',
  'fly-rate-limited',
]);

const MOST = 4;

/** Two to four facts that prove the problem, plain text. */
export function sharedEvidence(code: MonitorProblem | PlatformProblem, is: SharedCase): readonly string[] {
  const by = new Map(is.checks.map((check) => [check.id, check]));
  const texts = PROOFS[code]
    .map((id) => by.get(id))
    .filter((check) => check !== undefined && check.verdict !== 'skipped')
    .map((check) => check?.summary ?? '');
  const call = by.get('fly-api');
  // Fly's own words, with the status: what a person quotes to Fly's support.
  if (ABOUT_API.has(code) && typeof call?.evidence.detail === 'string')
    texts.splice(1, 0, `The call that failed: ${call.evidence.detail}`);
  if (code === 'probe-throttled') texts.unshift(THROTTLED);
  if (code === 'monitor-network-down') texts.push(witnessText(is.snapshot));
  for (const { verdict, summary } of is.checks) {
    if (texts.length >= 2) break;
    if (verdict !== 'skipped' && !texts.includes(summary)) texts.push(summary);
  }
  return texts.slice(0, MOST);
}

function witnessText(snapshot: PlatformSnapshot): string {
  const { witnesses } = snapshot.monitor;
  const failed = witnesses.filter(({ result }) => result.outcome === 'failed').length;
  return `${failed} of ${counted(witnesses.length, 'witness', 'witnesses')} could not be reached.`;
}
