import type { CheckResult, Reason } from '../model/check.ts';
import type { JsonObject } from '../model/json.ts';
import { failureReason } from '../model/failure.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { answerEvidence } from './answers.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, isOurs, notPassed, passed, skippedFor } from './result.ts';
import { siteResponse } from './site-response.ts';

type Result = CheckResult<'direct-response'>;
const ID = 'direct-response';

/** Name of the app's own address at the platform. */
export function directHostname(app: string, platform: Platform): string {
  return platform.directHost.replace('{app}', app);
}

/** Does the app answer when asked past the proxy? Where it does not, the site's own answer tells how bad that is. */
export function directResponse(snapshot: TenantSnapshot, platform: Platform): Result {
  const { direct, tenant } = snapshot;
  const name = directHostname(tenant.app, platform);
  if (direct.outcome === 'not-taken') return skippedFor(ID, direct);
  const durationMs = durationOf(direct);
  const bad = (reason: Reason, summary: string, evidence: JsonObject): Result => {
    const site = siteResponse(snapshot, platform).verdict;
    const verdict = site === 'pass' || site === 'warn' ? 'warn' : 'fail';
    return notPassed(ID, verdict, reason, summary, evidence, durationMs);
  };
  if (direct.outcome === 'failed') {
    const { failure } = direct;
    const evidence = { name, ...failureEvidence(failure) };
    const missed = failure.phase === 'request' ? 'did not answer' : 'was not reached';
    const summary = `${name} ${missed}: ${failureText(failure)}.`;
    if (isOurs(failure))
      return notPassed(ID, 'unknown', failureReason(failure), summary, evidence, durationMs);
    return bad(failureReason(failure), summary, evidence);
  }
  const evidence = { name, ...answerEvidence(direct.facts) };
  const { status } = direct.facts;
  if (status < 500) return passed(ID, `${name} answers ${status}.`, evidence, durationMs);
  return bad('server-error', `${name} answers ${status}.`, { ...evidence, body: direct.facts.bodyPreview });
}
