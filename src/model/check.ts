import type { FailureReason } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { NotTakenReason } from './observation.ts';
import type { ProblemCode } from './problem.ts';
import type { Verdict } from './verdict.ts';

export const TENANT_CHECKS = [
  'dns-wildcard',
  'tls-handshake',
  'certificate-validity',
  'site-response',
  'direct-response',
  'tenant-certificates',
  'management-certificate',
  'machines-started',
  'hostname-claims',
] as const;

export const PLATFORM_CHECKS = [
  'wildcard-dns',
  'control-handshake',
  'wildcard-certificate',
  'wildcard-claims',
  'management-app',
] as const;

export const MONITOR_CHECKS = ['fly-api', 'resolvers', 'monitor-network', 'monitor-clock'] as const;

export const CHECK_IDS = [...TENANT_CHECKS, ...PLATFORM_CHECKS, ...MONITOR_CHECKS] as const;

export type TenantCheckId = (typeof TENANT_CHECKS)[number];
export type PlatformCheckId = (typeof PLATFORM_CHECKS)[number];
export type MonitorCheckId = (typeof MONITOR_CHECKS)[number];
export type CheckId = (typeof CHECK_IDS)[number];

/** Reasons that a judgement gives by itself, beside those of a failed or omitted observation. */
export const JUDGED_REASONS = [
  // names
  'differs-from-control',
  'outside-management-addresses',
  'nxdomain',
  'no-data',
  'family-missing',
  'resolvers-disagree',
  'no-resolver-answered',
  'lookup-failing',
  'control-unresolved',
  'cached-answer',
  'resolver-failing',
  'not-a-target',
  // handshakes
  'no-address',
  'no-route',
  'some-addresses-fail',
  'intermittent',
  // certificates
  'no-certificate',
  'name-mismatch',
  'expired',
  'not-yet-valid',
  'expires-soon',
  'untrusted',
  'claimed-by-tenant-app',
  'claimed-elsewhere',
  'not-covered',
  'awaiting-configuration',
  'awaiting-issuance',
  // answers
  'unexpected-status',
  'server-error',
  'same-as-control',
  'unhealthy',
  // apps
  'app-missing',
  'none-started',
  'crashing',
  'autostart-unknown',
  'no-machines',
  // ourselves
  'token-rejected',
  'api-unavailable',
  'rate-limited',
  'everything-fails',
  'clock-skewed',
  'no-sample',
  'suspended',
] as const;
export type JudgedReason = (typeof JUDGED_REASONS)[number];

/** The closed set of reasons; bounded, so that it can be a metric's label. */
export type Reason = JudgedReason | FailureReason | NotTakenReason | `explained-by:${ProblemCode}`;

/** One judgement over a snapshot. */
export interface CheckResult<Id extends CheckId = CheckId> {
  readonly id: Id;
  readonly verdict: Verdict;
  /** Null exactly when the verdict is `pass`. */
  readonly reason: Reason | null;
  /** One sentence for people, plain text. */
  readonly summary: string;
  readonly evidence: JsonObject;
  /** How long the observations behind it took, milliseconds. */
  readonly durationMs: number;
  /** Set by a baseline: this failure was there before, with the same code. */
  readonly known?: true;
}
