import type { CheckResult, Reason } from '../model/check.ts';
import type { JsonObject } from '../model/json.ts';
import { failureReason } from '../model/failure.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { answerEvidence, likenessToControl } from './answers.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, isOurs, notPassed, passed, skippedFor } from './result.ts';
import { tlsHandshake } from './tls-handshake.ts';

type Result = CheckResult<'site-response'>;
const ID = 'site-response';

/** Does `GET /` over the same connection answer an expected status, with an answer that can be told from the control's? */
export function siteResponse(snapshot: TenantSnapshot, platform: Platform): Result {
  const { site, tenant } = snapshot;
  const durationMs = durationOf(site);
  if (site.outcome === 'not-taken') {
    return site.reason === 'no-connection' ? withoutConnection(snapshot, platform) : skippedFor(ID, site);
  }
  if (site.outcome === 'failed') {
    const { failure } = site;
    if (isOurs(failure)) {
      const summary = `The answer of ${tenant.hostname} was not judged: ${failureText(failure)}.`;
      return notPassed(ID, 'unknown', failureReason(failure), summary, failureEvidence(failure), durationMs);
    }
    if (failure.phase !== 'request') return withoutConnection(snapshot, platform);
    const summary = `${tenant.hostname} did not answer: ${failureText(failure)}.`;
    return notPassed(ID, 'fail', failureReason(failure), summary, failureEvidence(failure), durationMs);
  }
  const { facts } = site;
  const likeness = likenessToControl(facts, tenant.hostname, snapshot.platform.controls);
  const evidence: JsonObject = { ...answerEvidence(facts), comparedWithControl: likeness };
  const asControl = likeness === 'same' ? ', the same answer as an unknown name gets' : '';
  if (!platform.expectedStatus.includes(facts.status)) {
    const reason: Reason = facts.status >= 500 ? 'server-error' : 'unexpected-status';
    const summary = `${tenant.hostname} answers ${facts.status}${asControl}.`;
    return notPassed(ID, 'fail', reason, summary, { ...evidence, body: facts.bodyPreview }, durationMs);
  }
  if (likeness === 'same') {
    const summary = `${tenant.hostname} answers ${facts.status}, but an unknown name gets the same answer.`;
    return notPassed(ID, 'warn', 'same-as-control', summary, evidence, durationMs);
  }
  return passed(ID, `${tenant.hostname} answers ${facts.status}.`, evidence, durationMs);
}

/** No request was sent. Only a handshake that fails makes this the site's failure: after a mere blip nobody knows. */
function withoutConnection(snapshot: TenantSnapshot, platform: Platform): Result {
  const verdict = tlsHandshake(snapshot, platform).verdict === 'fail' ? 'fail' : 'unknown';
  return notPassed(
    ID,
    verdict,
    'no-connection',
    `${snapshot.tenant.hostname} cannot be asked: no connection.`,
  );
}
