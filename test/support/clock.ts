import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/model/time.ts';

/** The machine's own time. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    await sleep(durationMs, undefined, { signal });
  },
};

export interface ManualClock extends Clock {
  /** Moves both times and wakes who slept until then, in order. */
  readonly advance: (durationMs: number) => Promise<void>;
  readonly sleepers: () => number;
}

/** A clock that moves only when told. */
export function createManualClock(startMs = 1_800_000_000_000): ManualClock {
  let elapsedMs = 0;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  return {
    now: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = {
          atMs: elapsedMs + durationMs,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          if (sleepers.delete(sleeper)) reject(new DOMException('aborted', 'AbortError'));
        });
      }),
    advance: async (durationMs) => {
      const endMs = elapsedMs + durationMs;
      for (;;) {
        const [next] = [...sleepers].sort((one, other) => one.atMs - other.atMs);
        if (next === undefined || next.atMs > endMs) break;
        elapsedMs = next.atMs;
        next.wake();
        await settled();
      }
      elapsedMs = endMs;
      await settled();
    },
    sleepers: () => sleepers.size,
  };
}

/** Lets all promises that can settle do so. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
