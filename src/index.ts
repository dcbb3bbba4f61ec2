/**
 * The library: the decisions that other programs may want, without I/O. `checkCertificateTarget` is the guard to call
 * before a certificate is added; the catalogue explains problem codes; the types describe the documents that
 * `tenantwatch verify --json` prints. docs/library.md shows how to use it.
 */
export {
  checkCertificateTarget,
  type CertificateTarget,
  type PlacementRules,
  type TargetDecision,
  type TargetReason,
} from './guard/certificate-target.ts';
export { CATALOGUE } from './diagnosis/catalogue.ts';
export type { Problem } from './diagnosis/problem.ts';
export { CHECK_IDS, type CheckId, type CheckResult, type Reason } from './model/check.ts';
export type {
  CommandStep,
  Diagnosis,
  ManualStep,
  MonitorResult,
  PlatformResult,
  RemediationStep,
  TenantResult,
  VerifyResult,
} from './model/diagnosis.ts';
export { PROBLEM_CODES, type ProblemCode } from './model/problem.ts';
export type { Certainty, Scope, Severity, Verdict } from './model/verdict.ts';
