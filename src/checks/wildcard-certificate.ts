import type { CheckResult, Reason } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { Claim } from '../model/fly.ts';
import { normalizeHostname } from '../model/hostname.ts';
import type { JsonObject } from '../model/json.ts';
import { factsOf } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import {
  dateState,
  daysLeft,
  defectReason,
  defectsOf,
  defectText,
  hasDefect,
  servedCertificates,
  servedEvidence,
  type ServedCertificate,
} from './certificates.ts';
import { claimEvidence, momentText, wildcardHostname } from './claims.ts';
import { failureText } from './failure-words.ts';
import { durationOf, notPassed, passed, skippedFor } from './result.ts';

type Result = CheckResult<'wildcard-certificate'>;
const ID = 'wildcard-certificate';

interface Judgement {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'unknown';
  readonly reason: Reason | null;
  readonly text: string;
}

/** Certificates that were served for the control names. */
export function servedToControls(
  snapshot: PlatformSnapshot,
  platform: Platform,
): readonly ServedCertificate[] {
  const handshakes = snapshot.controls.flatMap((control) => [
    ...control.handshakes,
    ...(control.managementHandshakes ?? []),
  ]);
  return servedCertificates(handshakes, snapshot.takenAt, platform);
}

/**
 * Does the management app hold an issued wildcard certificate with time left, and is what the edge serves to unknown names good?
 * The worse of the two counts.
 */
export function wildcardCertificate(snapshot: PlatformSnapshot, platform: Platform): Result {
  const { certificates } = snapshot.management;
  const wildcard = wildcardHostname(platform);
  const served = servedToControls(snapshot, platform);
  const claim = factsOf(certificates)?.find(({ hostname }) => normalizeHostname(hostname) === wildcard);
  const evidence: JsonObject = {
    wildcard,
    held: claim === undefined ? null : claimEvidence(claim),
    served: servedEvidence(served),
  };
  const byServed = served.length === 0 ? undefined : judgeServed(served, platform);
  if (certificates.outcome === 'not-taken' && byServed === undefined) return skippedFor(ID, certificates);
  const byList = judgeList(snapshot, platform, claim);
  // Of two that are equally bad, what visitors are served.
  const judged = worse(byServed, byList);
  const durationMs = durationOf(certificates);
  if (judged.reason === null || judged.verdict === 'pass')
    return passed(ID, judged.text, evidence, durationMs);
  return notPassed(ID, judged.verdict, judged.reason, judged.text, evidence, durationMs);
}

const ORDER = ['fail', 'unknown', 'warn', 'pass'] as const;

function worse(a: Judgement | undefined, b: Judgement | undefined): Judgement {
  if (a === undefined || b === undefined) {
    return a ?? b ?? { verdict: 'unknown', reason: 'no-certificate', text: 'No certificate was seen.' };
  }
  return ORDER.indexOf(b.verdict) < ORDER.indexOf(a.verdict) ? b : a;
}

function judgeServed(served: readonly ServedCertificate[], platform: Platform): Judgement {
  const [defect] = defectsOf(served);
  const bad = defect && served.find((certificate) => hasDefect(certificate, defect));
  if (defect === undefined || bad === undefined) {
    const least = served.reduce((days, certificate) => Math.min(days, certificate.daysLeft), Infinity);
    const text = `The certificate served under ${platform.domain} is good and has ${counted(least, 'day')} left.`;
    return { verdict: 'pass', reason: null, text };
  }
  const text = `The certificate served under ${platform.domain} ${defectText(bad, wildcardHostname(platform), defect)}.`;
  return { verdict: defect === 'expires-soon' ? 'warn' : 'fail', reason: defectReason(defect), text };
}

/** By the management app's own list; nothing where it was not asked for. */
function judgeList(
  snapshot: PlatformSnapshot,
  platform: Platform,
  claim: Claim | undefined,
): Judgement | undefined {
  const { certificates } = snapshot.management;
  const app = platform.managementApp;
  const wildcard = wildcardHostname(platform);
  if (certificates.outcome === 'not-taken') return undefined;
  if (certificates.outcome === 'failed') {
    const { failure } = certificates;
    if (failure.code === 'not-found') {
      return { verdict: 'fail', reason: 'app-missing', text: `Fly does not know the app ${app}.` };
    }
    const text = `The certificates of ${app} are not known: ${failureText(failure)}.`;
    return { verdict: 'unknown', reason: failureReason(failure), text };
  }
  if (claim === undefined) {
    return { verdict: 'fail', reason: 'not-covered', text: `${app} holds no certificate for ${wildcard}.` };
  }
  switch (claim.state) {
    case 'awaiting-configuration':
    case 'awaiting-issuance': {
      const text = `The certificate of ${app} for ${wildcard} is not issued: "${claim.status}".`;
      return { verdict: 'fail', reason: claim.state, text };
    }
    case 'expired':
      return {
        verdict: 'fail',
        reason: 'expired',
        text: `The certificate of ${app} for ${wildcard} has expired.`,
      };
    case 'unknown': {
      const text = `What "${claim.status}" says of the certificate for ${wildcard} is not known.`;
      return { verdict: 'unknown', reason: 'malformed-during-api', text };
    }
    case 'issued':
      return judgeEnd(claim, snapshot.takenAt, platform);
  }
}

function judgeEnd(claim: Claim, now: number, platform: Platform): Judgement {
  const text = `${claim.app} holds an issued certificate for ${claim.hostname}.`;
  if (claim.expiresAt === null) return { verdict: 'pass', reason: null, text };
  const end = momentText(claim.expiresAt);
  const days = counted(daysLeft(claim.expiresAt, now), 'day');
  const near = `The certificate of ${claim.app} for ${claim.hostname} expires in ${days}, at ${end}.`;
  switch (dateState(null, claim.expiresAt, now, platform)) {
    case 'expired': {
      const expired = `The certificate of ${claim.app} for ${claim.hostname} expired at ${end}.`;
      return { verdict: 'fail', reason: 'expired', text: expired };
    }
    case 'expires-now':
      return { verdict: 'fail', reason: 'expires-soon', text: near };
    case 'expires-soon':
      return { verdict: 'warn', reason: 'expires-soon', text: near };
    case 'valid':
    case 'not-yet-valid':
      return { verdict: 'pass', reason: null, text };
  }
}
