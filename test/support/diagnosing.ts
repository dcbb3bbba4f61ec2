import {
  diagnoseShared,
  diagnoseTenant,
  verifyResult,
  type SharedResult,
} from '../../src/diagnosis/index.ts';
import type { CheckId, CheckResult } from '../../src/model/check.ts';
import type { TenantResult, VerifyResult } from '../../src/model/diagnosis.ts';
import type { Platform } from '../../src/model/platform.ts';
import { NOW, settings, tenant, type TenantChanges } from './snapshots.ts';

/** One tenant's snapshot all the way through. */
export interface Diagnosed {
  readonly shared: SharedResult;
  readonly result: TenantResult;
  readonly document: VerifyResult;
}

export function diagnosed(changes: TenantChanges = {}, platformSettings: Partial<Platform> = {}): Diagnosed {
  const snapshot = tenant(changes);
  const given = settings(platformSettings);
  const shared = diagnoseShared(snapshot.platform, given);
  const result = diagnoseTenant(snapshot, shared, given);
  return { shared, result, document: verifyResult(NOW, 800, shared, [result]) };
}

export function checkOf(checks: readonly CheckResult[], id: CheckId): CheckResult {
  const check = checks.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check;
}
