import type { Clock } from '../model/time.ts';

/** A pause that ends early: something new is there, or everything stops. */
export interface Pause {
  /** True unless it was stopped. */
  readonly wait: (durationMs: number) => Promise<boolean>;
  readonly wake: () => void;
}

/** A `wake` between two pauses ends the next one: nothing that was announced is slept over. */
export function createPause(clock: Clock, stop: AbortSignal): Pause {
  let woken = false;
  let current: AbortController | undefined;
  return {
    wait: async (durationMs) => {
      if (stop.aborted) return false;
      if (!woken) {
        current = new AbortController();
        try {
          await clock.sleep(durationMs, AbortSignal.any([stop, current.signal]));
        } catch {
          // Woken or stopped.
        }
        current = undefined;
      }
      woken = false;
      return !stop.aborted;
    },
    wake: () => {
      woken = true;
      current?.abort();
    },
  };
}
