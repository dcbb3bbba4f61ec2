import type { CheckResult } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { claimEvidence, foreignWildcardClaims, wildcardHostname } from './claims.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, listText, notPassed, oneOrMany, passed, skippedFor } from './result.ts';

const ID = 'wildcard-claims';

/** Does no app but the management app claim the wildcard? */
export function wildcardClaims(
  snapshot: PlatformSnapshot,
  platform: Platform,
): CheckResult<'wildcard-claims'> {
  const taken = snapshot.wildcardClaims;
  const wildcard = wildcardHostname(platform);
  const durationMs = durationOf(taken);
  if (taken.outcome === 'not-taken') return skippedFor(ID, taken);
  if (taken.outcome === 'failed') {
    const { failure } = taken;
    const summary = `Who else claims ${wildcard} is not known: ${failureText(failure)}.`;
    return notPassed(ID, 'unknown', failureReason(failure), summary, failureEvidence(failure), durationMs);
  }
  const claims = foreignWildcardClaims(snapshot, platform);
  if (claims.length === 0) {
    return passed(ID, `No app but ${platform.managementApp} claims ${wildcard}.`, {}, durationMs);
  }
  const apps = [...new Set(claims.map(({ app }) => app))];
  const evidence = { claims: claims.slice(0, 20).map(claimEvidence) };
  const summary = `${listText(apps)} ${oneOrMany(apps.length, 'claims', 'claim')} ${wildcard}, which belongs on ${platform.managementApp}.`;
  return notPassed(ID, 'fail', 'claimed-elsewhere', summary, evidence, durationMs);
}
