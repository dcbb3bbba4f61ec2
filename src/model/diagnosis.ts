import type { CheckId, CheckResult, MonitorCheckId, PlatformCheckId, TenantCheckId } from './check.ts';
import type { ProblemCode, ProblemRef } from './problem.ts';
import type { Certainty, Scope, Severity, Verdict } from './verdict.ts';

/** `reads` changes nothing; `revalidates` may start issuance at the certificate authority; `changes` is what it says. */
export type Effect = 'reads' | 'revalidates' | 'changes';

export type RemediationStep = CommandStep | ManualStep;

export interface CommandStep {
  readonly kind: 'command';
  readonly effect: Effect;
  /** Safe to paste into a POSIX shell: every value matched a strict pattern, wildcards are quoted. */
  readonly command: string;
  readonly why: string;
}

export interface ManualStep {
  readonly kind: 'manual';
  readonly text: string;
  readonly why: string;
}

/** The root problem of one scope, or a further finding. */
export interface Diagnosis {
  readonly code: ProblemCode;
  readonly scope: Scope;
  readonly severity: Severity;
  readonly certainty: Certainty;
  /** One sentence with the case's own names. */
  readonly summary: string;
  /** What this problem is and what users notice, for someone who never met it. */
  readonly explanation: string;
  /** The checks whose failure it explains, and therefore mutes. */
  readonly explains: readonly CheckId[];
  /** Two to four facts that prove it, plain text. */
  readonly evidence: readonly string[];
  /** Absolute URL. */
  readonly runbook: string;
  readonly remediation: readonly RemediationStep[];
}

/** What one verification says of one tenant. */
export interface TenantResult {
  readonly tenant: string;
  readonly hostname: string;
  readonly app: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  readonly checks: readonly CheckResult<TenantCheckId>[];
  readonly diagnosis: Diagnosis | null;
  /** The platform's or monitor's root, when it explains all that fails here. */
  readonly explainedBy: ProblemRef | null;
  readonly alsoFound: readonly Diagnosis[];
}

/** What one round says of the platform or of the monitor. */
export interface ScopeResult<Id extends MonitorCheckId | PlatformCheckId> {
  readonly checks: readonly CheckResult<Id>[];
  readonly diagnosis: Diagnosis | null;
  readonly alsoFound: readonly Diagnosis[];
}

export type MonitorResult = ScopeResult<MonitorCheckId>;
export type PlatformResult = ScopeResult<PlatformCheckId>;

/** The document of `verify --format json`; its JSON Schema is `docs/schemas/verify.schema.json`. */
export interface VerifyResult {
  readonly schema: 'tenantwatch.verify/1';
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly verdict: Verdict;
  readonly monitor: MonitorResult;
  readonly platform: PlatformResult;
  readonly tenants: readonly TenantResult[];
}
