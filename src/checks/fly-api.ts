import type { CheckResult } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { durationOf, failureEvidence, failureText, notPassed, passed, skippedFor } from './result.ts';

const ID = 'fly-api';

/** Does Fly's API answer us? Not knowing one thing (`not-found`) is an answer, too. */
export function flyApi(snapshot: PlatformSnapshot): CheckResult<'fly-api'> {
  const call = snapshot.monitor.flyApi;
  const durationMs = durationOf(call);
  if (call.outcome === 'not-taken') return skippedFor(ID, call);
  if (call.outcome === 'observed') {
    return passed(ID, "Fly's API answers.", { api: call.facts.api }, durationMs);
  }
  const { failure } = call;
  const evidence = failureEvidence(failure);
  switch (failure.code) {
    case 'not-found':
      return passed(ID, "Fly's API answers.", evidence, durationMs);
    case 'unauthorized':
    case 'no-credentials':
    case 'forbidden': {
      const summary = `Fly's API rejects our token: ${failureText(failure)}.`;
      return notPassed(ID, 'fail', 'token-rejected', summary, evidence, durationMs);
    }
    case 'rate-limited':
      return notPassed(ID, 'fail', 'rate-limited', "Fly's API limits our requests.", evidence, durationMs);
    case 'aborted':
    case 'internal': {
      const summary = `Fly's API was not asked to the end: ${failureText(failure)}.`;
      return notPassed(ID, 'unknown', failureReason(failure), summary, evidence, durationMs);
    }
    default: {
      const summary = `Fly's API does not answer as it should: ${failureText(failure)}.`;
      return notPassed(ID, 'fail', 'api-unavailable', summary, evidence, durationMs);
    }
  }
}
