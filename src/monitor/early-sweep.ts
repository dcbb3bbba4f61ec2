import { SECOND_MS, type Clock } from '../model/time.ts';
import { waitAtMost } from '../model/wait-at-most.ts';

export interface EarlySweep {
  /** New trouble: sweeps the organization now, unless that was done lately. */
  readonly begin: () => void;
  /** Resolves when what was begun is over, or takes too long to wait for. */
  readonly over: (signal: AbortSignal) => Promise<void>;
}

/** Trouble begins all the time in a large organization; Fly's API is asked at most twice as often for it. */
const SPACING_MS = 30 * SECOND_MS;
/** Whoever is to be told should not wait longer than this for what came before. */
const PATIENCE_MS = 3 * SECOND_MS;

/**
 * The first message about new trouble says which deploy came before it and how a certificate got there, and only a sweep learns
 * of these: without one, what breaks a site between two sweeps is told as if nothing had happened before it.
 *
 * @param sweepNow resolves when a sweep is over that began after the call
 */
export function createEarlySweep(sweepNow: () => Promise<void>, clock: Clock): EarlySweep {
  let underWay: Promise<void> | undefined;
  let begunMs = -Infinity;
  return {
    begin: () => {
      if (clock.monotonicMs() - begunMs < SPACING_MS) return;
      begunMs = clock.monotonicMs();
      underWay = sweepNow()
        .catch(() => undefined)
        .finally(() => {
          underWay = undefined;
        });
    },
    over: async (signal) => {
      if (underWay !== undefined) await waitAtMost(PATIENCE_MS, underWay, clock, signal);
    },
  };
}
