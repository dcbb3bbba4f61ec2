import type { StageTimings } from './stages.ts';
import type { ProblemCode } from './problem.ts';
import type { Trigger, Verdict } from './verdict.ts';
import type { CheckId, Reason } from './check.ts';

/** One verification of one tenant, as history keeps it. */
export interface Run {
  readonly tenant: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly durationMs: number;
  readonly trigger: Trigger;
  readonly verdict: Verdict;
  /** Root of the tenant's diagnosis, or of the scope that explains it; null when nothing is wrong. */
  readonly code: ProblemCode | null;
  /** Checks that did not pass, with their reasons. */
  readonly notPassed: readonly RunCheck[];
  readonly stages: StageTimings;
}

export interface RunCheck {
  readonly check: CheckId;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
}
