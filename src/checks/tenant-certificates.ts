import type { CheckResult } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import { claimEvidence, tenantClaims } from './claims.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, listText, notPassed, oneOrMany, passed, skippedFor } from './result.ts';

const ID = 'tenant-certificates';

/** Does the tenant's app claim nothing of the platform's domain? A claim fails even while the handshake still works. */
export function tenantCertificates(
  snapshot: TenantSnapshot,
  platform: Platform,
): CheckResult<'tenant-certificates'> {
  const { certificates, tenant } = snapshot;
  const durationMs = durationOf(certificates);
  if (certificates.outcome === 'not-taken') return skippedFor(ID, certificates);
  if (certificates.outcome === 'failed') {
    const { failure } = certificates;
    if (failure.code === 'not-found') {
      return notPassed(ID, 'skipped', 'no-app', `Fly does not know the app ${tenant.app}.`, {}, durationMs);
    }
    const summary = `The certificates of ${tenant.app} are not known: ${failureText(failure)}.`;
    return notPassed(ID, 'unknown', failureReason(failure), summary, failureEvidence(failure), durationMs);
  }
  const claims = tenantClaims(snapshot, platform);
  const listed = certificates.facts.length;
  if (claims.length === 0) {
    const elsewhere = listed === 0 ? '' : ` (${counted(listed, 'claim')} elsewhere)`;
    const summary = `${tenant.app} claims no hostname of ${platform.domain}${elsewhere}.`;
    return passed(ID, summary, { app: tenant.app, listed }, durationMs);
  }
  const names = [...new Set(claims.map(({ hostname }) => hostname))];
  const evidence = { app: tenant.app, listed, claims: claims.slice(0, 20).map(claimEvidence) };
  const summary = `${tenant.app} claims ${listText(names)}, which ${oneOrMany(names.length, 'belongs', 'belong')} on ${platform.managementApp}.`;
  return notPassed(ID, 'fail', 'claimed-by-tenant-app', summary, evidence, durationMs);
}
