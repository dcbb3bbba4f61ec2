import type { Clock } from '../../model/time.ts';

export interface WaitOptions {
  readonly what: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const LOOK_MS = 100;

/** Looks until there is something; rejects with what was waited for when the time is over. */
export async function waitFor<Result>(
  look: () => Result | undefined,
  { what, clock, timeoutMs, signal }: WaitOptions,
): Promise<Result> {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const result = look();
    if (result !== undefined) return result;
    if (clock.monotonicMs() > deadlineMs) {
      throw new Error(`waited ${String(timeoutMs / 1000)} s in vain: ${what}`);
    }
    await clock.sleep(LOOK_MS, signal);
  }
}
