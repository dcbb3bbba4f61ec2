import type { Clock } from '../model/time.ts';

export interface LoopDelay {
  /** The longest time since the last call for which what was due had to wait for this process, in milliseconds. */
  readonly longestMs: () => number;
  readonly stop: () => void;
}

const BEAT_MS = 20;

/**
 * How long the event loop is held up. Not by `monitorEventLoopDelay`: after a reset it misses what happens before its next
 * beat, and a scrape that is slow itself would never show.
 */
export function watchLoopDelay(clock: Pick<Clock, 'monotonicMs'>): LoopDelay {
  let lastMs = clock.monotonicMs();
  let longestMs = 0;
  const beat = (): void => {
    const nowMs = clock.monotonicMs();
    longestMs = Math.max(longestMs, nowMs - lastMs - BEAT_MS);
    lastMs = nowMs;
  };
  const timer = setInterval(beat, BEAT_MS);
  timer.unref();
  return {
    longestMs: () => {
      beat();
      const longest = longestMs;
      longestMs = 0;
      return longest;
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
