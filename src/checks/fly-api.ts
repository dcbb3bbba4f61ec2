import type { CheckResult } from '../model/check.ts';
import { failureReason, type Failure, type FailureCode } from '../model/failure.ts';
import type { Taken } from '../model/observation.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { spokenDuration } from '../model/spoken.ts';
import { failureSentence, failureText } from './failure-words.ts';
import { durationOf, failureEvidence, notPassed, passed, skippedFor } from './result.ts';

const ID = 'fly-api';

/** Answers, or nothing that the API had a part in. */
const SAYS_NOTHING: ReadonlySet<FailureCode> = new Set(['not-found', 'aborted', 'internal']);

/**
 * Does Fly's API answer us, and what we must know? Not knowing one thing (`not-found`) is an answer, too. The latest call alone does not
 * tell: one of the two APIs may fail beside it, or the token may see others' apps only.
 */
export function flyApi(snapshot: PlatformSnapshot): CheckResult<'fly-api'> {
  const latest = snapshot.monitor.flyApi;
  const call = tellingCall(latest, failedAboutPlatform(snapshot));
  if (call.outcome === 'not-taken') return skippedFor(ID, call);
  const durationMs = durationOf(call);
  if (call.outcome === 'observed') {
    return passed(ID, "Fly's API answers.", { api: call.facts.api }, durationMs);
  }
  const { failure } = call;
  const evidence = failureEvidence(failure);
  switch (failure.code) {
    case 'not-found':
      return passed(ID, "Fly's API answers.", evidence, durationMs);
    case 'forbidden': {
      const summary = `Our token may not see at Fly what it must: ${failure.detail}.`;
      return notPassed(ID, 'fail', 'token-rejected', summary, evidence, durationMs);
    }
    case 'unauthorized':
    case 'no-credentials': {
      const summary = failureSentence(failure);
      return notPassed(ID, 'fail', 'token-rejected', summary, evidence, durationMs);
    }
    case 'rate-limited':
      return notPassed(ID, 'fail', 'rate-limited', limitedSentence(failure), evidence, durationMs);
    case 'aborted':
    case 'internal': {
      const summary = `Whether Fly's API answers is not known: ${failureText(failure)}.`;
      return notPassed(ID, 'unknown', failureReason(failure), summary, evidence, durationMs);
    }
    default: {
      const summary = failureSentence(failure);
      return notPassed(ID, 'fail', 'api-unavailable', summary, evidence, durationMs);
    }
  }
}

function limitedSentence(failure: Failure): string {
  const { retryAfterMs } = failure;
  if (retryAfterMs === undefined || retryAfterMs === 0) return failureSentence(failure);
  return `${failureSentence(failure)} It asks us to wait ${spokenDuration(retryAfterMs)}.`;
}

function tellingCall(
  latest: PlatformSnapshot['monitor']['flyApi'],
  others: readonly FailedCall[],
): PlatformSnapshot['monitor']['flyApi'] {
  if (latest.outcome === 'failed') return latest;
  // No call came to its end, and yet there were some: the time ran out.
  if (latest.outcome === 'not-taken') return others[0] ?? latest;
  return others.find(({ failure }) => !SAYS_NOTHING.has(failure.code)) ?? latest;
}

/** What could not be learnt of the management app and the wildcard. */
function failedAboutPlatform(snapshot: PlatformSnapshot): readonly FailedCall[] {
  const { certificates, machines, addresses } = snapshot.management;
  return [certificates, machines, addresses, snapshot.wildcardClaims].filter(
    (taken: Taken<unknown>): taken is FailedCall =>
      taken.outcome === 'failed' && taken.failure.phase === 'api',
  );
}

type FailedCall = Extract<Taken<unknown>, { outcome: 'failed' }>;
