/** Diagnosis: from a snapshot and its judged checks to one root for each scope, with evidence and remedy. Pure. */
import { verdictOf } from '../checks/index.ts';
import type { TenantResult, VerifyResult } from '../model/diagnosis.ts';
import { worstVerdict } from '../model/verdict.ts';
import type { SharedResult } from './shared.ts';

export { diagnoseShared, type SharedResult } from './shared.ts';
export { diagnoseTenant } from './tenant.ts';
export { isCuredByWaiting } from './waiting.ts';

/**
 * The whole document. The verdict is the worst over the tenants and the platform; the monitor's own problems are in it only by
 * what they made unknown. Without a tenant there is no verdict but `skipped`.
 */
export function verifyResult(
  startedAt: number,
  durationMs: number,
  shared: SharedResult,
  tenants: readonly TenantResult[],
): VerifyResult {
  const verdicts = [verdictOf(shared.platform.checks, []), ...tenants.map(({ verdict }) => verdict)];
  return {
    schema: 'tenantwatch.verify/1',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Math.round(durationMs),
    verdict: tenants.length === 0 ? 'skipped' : worstVerdict(verdicts),
    monitor: shared.monitor,
    platform: shared.platform,
    tenants,
  };
}
