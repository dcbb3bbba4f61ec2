import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/model/time.ts';

/** Real time that runs faster, so that a pause of seconds takes milliseconds; deadlines shrink alike. */
export function hurriedClock(factor = 20): Clock {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now() * factor,
    sleep: (durationMs, signal) => delay(durationMs / factor, undefined, { signal }),
  };
}

/** Time that stands still but for sleeping, which takes none. */
export function standingClock(): Clock & { readonly advance: (durationMs: number) => void } {
  let time = 0;
  return {
    now: () => 1_800_000_000_000 + time,
    monotonicMs: () => time,
    sleep: (durationMs, signal) => {
      if (signal?.aborted === true) return Promise.reject(new Error('aborted'));
      time += durationMs;
      return Promise.resolve();
    },
    advance: (durationMs) => {
      time += durationMs;
    },
  };
}
