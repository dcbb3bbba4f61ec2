import type { TenantResult, VerifyResult } from '../model/diagnosis.ts';
import type { Platform } from '../model/platform.ts';
import { CATALOGUE } from './catalogue.ts';

/**
 * Can what is wrong with this tenant end without anybody acting? What is not known, and what no problem names, may. A certificate on its way
 * may for `issuanceGraceMs` after it was asked for.
 */
export function waitingCures(result: TenantResult, settings: Platform, now: number): boolean {
  if (result.verdict !== 'fail') return true;
  const roots = [result.diagnosis?.code, result.explainedBy?.code].filter((code) => code !== undefined);
  return roots.every((code) =>
    code === 'certificate-awaiting-issuance'
      ? isWithinGrace(result, settings, now)
      : CATALOGUE[code].curedByWaiting,
  );
}

/** Is it worth verifying again? A gate that waits returns early when a root cannot be cured by waiting. */
export function worthWaiting(result: VerifyResult, settings: Platform, now: number): boolean {
  const platform = result.platform.diagnosis;
  const platformFails = result.platform.checks.some(({ verdict }) => verdict === 'fail');
  if (platformFails && platform !== null && !CATALOGUE[platform.code].curedByWaiting) return false;
  return result.tenants.every((tenant) => waitingCures(tenant, settings, now));
}

/** The evidence of the check tells when the certificate was asked for; without it, its time has not run out. */
function isWithinGrace(result: TenantResult, settings: Platform, now: number): boolean {
  const evidence = result.checks.find(({ id }) => id === 'management-certificate')?.evidence.claims;
  if (!Array.isArray(evidence)) return true;
  const created = evidence
    .map((claim: { createdAt?: unknown }) => claim.createdAt)
    .filter((createdAt) => typeof createdAt === 'string')
    .map((createdAt) => Date.parse(createdAt));
  return created.length === 0 || now - Math.max(...created) <= settings.issuanceGraceMs;
}
