import type { Phase } from '../model/failure.ts';
import type { Observation } from '../model/observation.ts';
import type { Clock } from '../model/time.ts';
import { nameFailure } from './failure.ts';

/** Runs the work and makes its facts, or whatever it threw, a timed observation. Never rejects. */
export async function observe<Facts>(
  clock: Clock,
  phase: Phase,
  work: () => Promise<Facts>,
): Promise<Observation<Facts>> {
  const at = clock.now();
  const startedMs = clock.monotonicMs();
  try {
    const facts = await work();
    return { outcome: 'observed', at, durationMs: clock.monotonicMs() - startedMs, facts };
  } catch (error) {
    const durationMs = clock.monotonicMs() - startedMs;
    return { outcome: 'failed', at, durationMs, failure: nameFailure(error, phase) };
  }
}
