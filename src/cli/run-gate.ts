import { isCuredByWaiting } from '../diagnosis/index.ts';
import type { TenantResult, VerifyResult } from '../model/diagnosis.ts';
import type { Clock } from '../model/time.ts';
import { worstVerdict } from '../model/verdict.ts';
import { gateVerdict, type GateRules } from '../reports/weight.ts';
import { spokenMs } from '../model/spoken.ts';
import { markKnown, type Baseline } from './baseline.ts';
import type { VerifyOutcome } from './exit-code.ts';
import { incurableRoots, nextStep, type GateDecision, type GatePolicy } from './gate.ts';
import { interruptedBy } from './interrupted.ts';
import type { Progress } from './progress.ts';
import type { Round, Rounds } from './round.ts';

export interface GateRequest {
  readonly rounds: Rounds;
  readonly clock: Clock;
  readonly policy: GatePolicy;
  readonly rules: GateRules;
  readonly baseline: Baseline;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface GateEnd {
  readonly outcome: VerifyOutcome;
  /** What is printed, whatever the outcome. */
  readonly result: VerifyResult;
  /** Why it ended as it did, for people. */
  readonly notes: readonly string[];
}

/** Looks until the gate is decided. */
export async function runGate(request: GateRequest): Promise<GateEnd> {
  const { clock, policy, rules, signal } = request;
  const startedAt = clock.now();
  const startedMs = clock.monotonicMs();
  const elapsedMs = (): number => clock.monotonicMs() - startedMs;
  let passesInRow = 0;
  let latest: VerifyResult | null = null;

  const interrupted = (): GateEnd => {
    const known = partial(request.rounds.finished(), latest, startedAt, elapsedMs());
    return {
      outcome: { kind: 'interrupted', by: interruptedBy(signal) ?? 'SIGTERM' },
      result: markKnown(known, request.baseline),
      notes: [
        known.tenants.length === 0
          ? 'interrupted before anything was known'
          : 'interrupted: this is what was known',
      ],
    };
  };

  for (;;) {
    const round = await orInterrupted(request.rounds.next(), signal);
    if (round === undefined || signal.aborted) return interrupted();
    if (round.kind === 'no-tenant')
      return {
        outcome: { kind: 'no-tenant' },
        result: emptyResult(startedAt, elapsedMs()),
        notes: round.details,
      };
    const looked = round.kind === 'result';
    if (looked) latest = round.result;
    const result = looked
      ? markKnown(round.result, request.baseline)
      : { ...emptyResult(startedAt, elapsedMs()), verdict: 'unknown' as const };
    const verdict = gateVerdict(result, rules);
    const complete = round.problem === null;
    passesInRow = verdict === 'passed' && complete ? passesInRow + 1 : 0;
    const decision = nextStep(
      {
        verdict: verdict === 'passed' && !complete ? 'could-not-tell' : verdict,
        passesInRow,
        elapsedMs: elapsedMs(),
        incurable: incurableRoots(result, rules, (code, checks) =>
          isCuredByWaiting(code, checks, (looked ? round.issuanceGraceMs : null) ?? Infinity, clock.now()),
        ),
      },
      policy,
    );
    if (decision.next === 'stop') {
      const confirmed = passesInRow >= policy.successes;
      return {
        outcome: { kind: 'judged', result, complete, confirmed },
        result,
        notes: notesOf(round, decision, passesInRow, policy),
      };
    }
    request.progress.waiting(WAITING[decision.because], decision.afterMs);
    const slept = await orInterrupted(
      clock.sleep(decision.afterMs, signal).then(() => true),
      signal,
    );
    if (slept === undefined) return interrupted();
  }
}

const WAITING = {
  failed: 'failed',
  'could-not-tell': 'could not tell',
  confirming: 'passed, to be confirmed',
} as const;

function notesOf(
  round: Exclude<Round, { kind: 'no-tenant' }>,
  decision: Extract<GateDecision, { next: 'stop' }>,
  passesInRow: number,
  policy: GatePolicy,
): readonly string[] {
  const problem = round.problem === null ? [] : [round.problem];
  switch (decision.because) {
    case 'passed':
    case 'asked-once':
      return problem;
    case 'not-cured-by-waiting':
      return [...problem, 'Waiting was given up early: what is wrong does not end by itself.'];
    case 'deadline': {
      const passes =
        passesInRow > 0 ? `: it passed ${passesInRow} of ${policy.successes} times in a row` : '';
      return [...problem, `Waited ${spokenMs(policy.waitMs)}${passes}.`];
    }
  }
}

/** How long a round may take to say what it knows once it is interrupted. */
const GRACE_MS = 300;

/** The value, or undefined as soon as the signal is aborted: someone who presses Ctrl-C does not wait for a handshake. */
async function orInterrupted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  let grace: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    grace = setTimeout(resolve, GRACE_MS, undefined);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(grace);
  }
}

/** Platform and monitor of the latest whole round; tenants as far as the running round came, the others from the latest. */
function partial(
  finished: readonly TenantResult[],
  latest: VerifyResult | null,
  startedAt: number,
  durationMs: number,
): VerifyResult {
  const base = latest ?? emptyResult(startedAt, durationMs);
  const fresh = new Map(finished.map((tenant) => [tenant.tenant, tenant]));
  const kept = base.tenants.filter(({ tenant }) => !fresh.has(tenant));
  const tenants = [...fresh.values(), ...kept];
  const shared = [base.platform, base.monitor].flatMap(({ checks }) => checks.map(({ verdict }) => verdict));
  return {
    ...base,
    durationMs: Math.round(durationMs),
    tenants,
    verdict: worstVerdict([...shared, ...tenants.map(({ verdict }) => verdict)]),
  };
}

/** The document when nothing was verified. */
function emptyResult(startedAt: number, durationMs: number): VerifyResult {
  const nothing = { checks: [], diagnosis: null, alsoFound: [] };
  return {
    schema: 'tenantwatch.verify/1',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Math.round(durationMs),
    verdict: 'skipped',
    monitor: nothing,
    platform: nothing,
    tenants: [],
  };
}
