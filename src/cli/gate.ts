import type { CheckResult } from '../model/check.ts';
import type { VerifyResult } from '../model/diagnosis.ts';
import type { ProblemCode } from '../model/problem.ts';
import { subjectsOf, type Subject } from '../reports/subject.ts';
import { gateVerdict, weightOf, type GateRules, type GateVerdict } from '../reports/weight.ts';

/** When to look again. All times are milliseconds. */
export interface GatePolicy {
  /** 0: once. */
  readonly waitMs: number;
  readonly intervalMs: number;
  /** Passes in a row that are asked for. */
  readonly successes: number;
}

export interface GateState {
  readonly verdict: GateVerdict;
  /** Including the round that just ended. */
  readonly passesInRow: number;
  /** Since the gate began. */
  readonly elapsedMs: number;
  /** Problems that stand in the way and cannot end without somebody acting. */
  readonly incurable: readonly ProblemCode[];
}

export type GateDecision =
  | { readonly next: 'stop'; readonly because: 'passed' | 'asked-once' | 'deadline' | 'not-cured-by-waiting' }
  | {
      readonly next: 'again';
      readonly because: 'failed' | 'could-not-tell' | 'confirming';
      readonly afterMs: number;
    };

/** After a round: stop, or look again, and why. The last look is at the deadline. */
export function nextStep(state: GateState, policy: GatePolicy): GateDecision {
  const passed = state.verdict === 'passed';
  if (passed && state.passesInRow >= policy.successes) return { next: 'stop', because: 'passed' };
  if (policy.waitMs === 0) return { next: 'stop', because: 'asked-once' };
  if (!passed && state.incurable.length > 0) return { next: 'stop', because: 'not-cured-by-waiting' };
  const leftMs = policy.waitMs - state.elapsedMs;
  if (leftMs <= 0) return { next: 'stop', because: 'deadline' };
  const because = state.verdict === 'passed' ? 'confirming' : state.verdict;
  return { next: 'again', because, afterMs: Math.min(policy.intervalMs, leftMs) };
}

/**
 * The roots that keep the gate closed and that waiting does not cure. Somebody's failure without a diagnosis is no reason to give up, and
 * a root that was there before (baseline) stands in nobody's way.
 */
export function incurableRoots(
  result: VerifyResult,
  rules: GateRules,
  curedByWaiting: (code: ProblemCode, checks: readonly CheckResult[]) => boolean,
): readonly ProblemCode[] {
  if (gateVerdict(result, rules) === 'passed') return [];
  const roots = subjectsOf(result)
    .filter((subject) => blocks(subject, rules))
    .flatMap(({ diagnosis, explainedBy, checks }) => {
      const code = diagnosis?.code ?? explainedBy?.code;
      return code === undefined || curedByWaiting(code, checks) ? [] : [code];
    });
  return [...new Set(roots)];
}

function blocks(subject: Subject, rules: GateRules): boolean {
  return subject.checks.some((check) => {
    const weight = weightOf(check, subject.scope, rules);
    return weight === 'fails' || weight === 'could-not-tell';
  });
}

/** A round over many tenants cannot end sooner than the handshake budget allows; without `--timeout` it gets twice that. */
export function roundTimeoutMs(tenants: number, handshakesPerSecond: number): number {
  const handshakesPerTenant = 3;
  const neededMs = (tenants * handshakesPerTenant * 1000) / handshakesPerSecond;
  return Math.max(30_000, Math.ceil(neededMs * 2));
}
