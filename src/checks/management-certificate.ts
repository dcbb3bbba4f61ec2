import type { CheckResult, Reason } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { Claim } from '../model/fly.ts';
import { coversHostname, normalizeHostname } from '../model/hostname.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { claimEvidence, isCustomDomain, isServing } from './claims.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, listText, notPassed, passed, skippedFor } from './result.ts';

type Result = CheckResult<'management-certificate'>;
const ID = 'management-certificate';

/**
 * Does the management app hold an issued, unexpired certificate for the name, exact or wildcard? An exact one that is not issued
 * is a warning beside a wildcard that is: the exact name goes before the wildcard at the edge.
 */
export function managementCertificate(snapshot: TenantSnapshot, platform: Platform): Result {
  const { hostname } = snapshot.tenant;
  const app = platform.managementApp;
  if (isCustomDomain(hostname, platform) && platform.customDomainsOn === 'tenant') {
    return notPassed(ID, 'skipped', 'custom-domain', `${hostname} belongs on the tenant's app.`);
  }
  const { certificates } = snapshot.platform.management;
  const durationMs = durationOf(certificates);
  if (certificates.outcome === 'not-taken') return skippedFor(ID, certificates);
  if (certificates.outcome === 'failed') {
    const { failure } = certificates;
    const summary = `The certificates of ${app} are not known: ${failureText(failure)}.`;
    return notPassed(ID, 'unknown', failureReason(failure), summary, failureEvidence(failure), durationMs);
  }
  const covering = certificates.facts.filter((claim) => coversHostname(claim.hostname, hostname));
  const serving = covering.filter((claim) => isServing(claim, snapshot.takenAt));
  const exact = covering.find((claim) => normalizeHostname(claim.hostname) === normalizeHostname(hostname));
  const evidence = { app, claims: covering.slice(0, 8).map(claimEvidence) };
  const [first] = serving;
  const trouble = exact === undefined ? undefined : troubleOf(exact, snapshot.takenAt);
  if (first !== undefined) {
    if (trouble === undefined || exact === undefined || trouble === 'malformed-during-api') {
      const names = listText(serving.map((claim) => claim.hostname));
      return passed(ID, `${app} holds an issued certificate for ${names}.`, evidence, durationMs);
    }
    const summary = `${app} serves ${hostname} with ${first.hostname}, but its exact certificate is ${stateText(exact)}.`;
    return notPassed(ID, 'warn', trouble, summary, evidence, durationMs);
  }
  const candidate = exact ?? covering[0];
  if (candidate === undefined) {
    return notPassed(
      ID,
      'fail',
      'not-covered',
      `${app} holds no certificate that covers ${hostname}.`,
      evidence,
      durationMs,
    );
  }
  const reason = troubleOf(candidate, snapshot.takenAt) ?? 'not-covered';
  const verdict = reason === 'malformed-during-api' ? 'unknown' : 'fail';
  const summary = `${app} holds no issued certificate for ${hostname}: ${candidate.hostname} is ${stateText(candidate)}.`;
  return notPassed(ID, verdict, reason, summary, evidence, durationMs);
}

/** Why a claim does not serve; undefined when it does. A state in words that we do not know is not a failure. */
function troubleOf(claim: Claim, now: number): Reason | undefined {
  switch (claim.state) {
    case 'issued':
      return isServing(claim, now) ? undefined : 'expired';
    case 'expired':
    case 'awaiting-configuration':
    case 'awaiting-issuance':
      return claim.state;
    case 'unknown':
      return 'malformed-during-api';
  }
}

function stateText(claim: Claim): string {
  return `"${claim.status}" (${claim.state})`;
}
