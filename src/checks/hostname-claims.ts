import type { CheckResult } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { claimEvidence, otherClaims } from './claims.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, listText, notPassed, oneOrMany, passed, skippedFor } from './result.ts';

const ID = 'hostname-claims';

/** Does no other app of the organization claim the host name? Only an inventory can tell. */
export function hostnameClaims(snapshot: TenantSnapshot, platform: Platform): CheckResult<'hostname-claims'> {
  const taken = snapshot.otherClaims;
  const { hostname } = snapshot.tenant;
  const durationMs = durationOf(taken);
  if (taken.outcome === 'not-taken') return skippedFor(ID, taken);
  if (taken.outcome === 'failed') {
    const { failure } = taken;
    const summary = `Who else claims ${hostname} is not known: ${failureText(failure)}.`;
    return notPassed(ID, 'unknown', failureReason(failure), summary, failureEvidence(failure), durationMs);
  }
  const claims = otherClaims(snapshot, platform);
  if (claims.length === 0) return passed(ID, `No other app claims ${hostname}.`, {}, durationMs);
  const apps = [...new Set(claims.map(({ app }) => app))];
  const names = [...new Set(claims.map((claim) => claim.hostname))];
  const evidence = { claims: claims.slice(0, 20).map(claimEvidence) };
  const summary = `${listText(apps)} ${oneOrMany(apps.length, 'claims', 'claim')} ${listText(names)}, the site of tenant ${snapshot.tenant.id}.`;
  return notPassed(ID, 'fail', 'claimed-elsewhere', summary, evidence, durationMs);
}
