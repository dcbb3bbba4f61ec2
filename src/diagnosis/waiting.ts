import type { CheckResult } from '../model/check.ts';
import type { ProblemCode } from '../model/problem.ts';
import { CATALOGUE } from './catalogue.ts';

/**
 * Can this root end without anybody acting? A certificate on its way may for `issuanceGraceMs` after it was asked for.
 * @param checks of the tenant or scope that has the root
 */
export function isCuredByWaiting(
  code: ProblemCode,
  checks: readonly CheckResult[],
  issuanceGraceMs: number,
  now: number,
): boolean {
  if (code === 'certificate-awaiting-issuance') return isWithinGrace(checks, issuanceGraceMs, now);
  return CATALOGUE[code].curedByWaiting;
}

/** The evidence of the check tells when the certificate was asked for; without it, its time has not run out. */
function isWithinGrace(checks: readonly CheckResult[], graceMs: number, now: number): boolean {
  const evidence = checks.find(({ id }) => id === 'management-certificate')?.evidence.claims;
  if (!Array.isArray(evidence)) return true;
  const created = evidence
    .map((claim: { createdAt?: unknown }) => claim.createdAt)
    .filter((createdAt) => typeof createdAt === 'string')
    .map((createdAt) => Date.parse(createdAt));
  return created.length === 0 || now - Math.max(...created) <= graceMs;
}
