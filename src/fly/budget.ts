import { HOUR_MS, type Clock } from '../model/time.ts';
import { FlyError } from './error.ts';

/** A pause that is asked for and longer than this is not waited out: calls fail with what is left of it. */
export const PATIENCE_MS = 10_000;
/** However long a pause is asked for: a date far ahead must not end the watching for good. */
const MAX_PAUSE_MS = HOUR_MS;
/** Fly's documented limit of the Machines API for one action on one app. */
const PER_KEY = { intervalMs: 1_000, burst: 3 };
const MAX_KEYS = 4_096;

/** Who may ask now: one rate for everything, one for each action and app, and pauses that the API asked for. */
export interface RequestBudget {
  /** Resolves when a request may be sent. Rejects with `rate-limited` in a long pause, and with the signal's reason. */
  readonly take: (key: string | null, signal: AbortSignal) => Promise<void>;
  readonly pause: (durationMs: number) => void;
}

export function createRequestBudget(options: {
  readonly clock: Clock;
  readonly perSecond: number;
  readonly burst: number;
}): RequestBudget {
  const { clock } = options;
  // The generic cell rate algorithm: one number for each rate, the time at which all that was granted is used up.
  let usedUntil = -Infinity;
  const usedUntilByKey = new Map<string, number>();
  let pausedUntil = -Infinity;

  function reserve(used: number, now: number, intervalMs: number, burst: number) {
    const grantedAt = Math.max(now, used - (burst - 1) * intervalMs);
    return { grantedAt, used: Math.max(used, now) + intervalMs };
  }

  function grantedAt(key: string | null): number {
    const now = clock.monotonicMs();
    const all = reserve(usedUntil, now, 1_000 / options.perSecond, options.burst);
    usedUntil = all.used;
    if (key === null) return all.grantedAt;
    if (usedUntilByKey.size >= MAX_KEYS) {
      for (const [name, used] of usedUntilByKey) if (used <= now) usedUntilByKey.delete(name);
    }
    const one = reserve(usedUntilByKey.get(key) ?? -Infinity, now, PER_KEY.intervalMs, PER_KEY.burst);
    usedUntilByKey.set(key, one.used);
    return Math.max(all.grantedAt, one.grantedAt);
  }

  async function waitOutPause(signal: AbortSignal): Promise<void> {
    for (let left = pausedUntil - clock.monotonicMs(); left > 0; left = pausedUntil - clock.monotonicMs()) {
      if (left > PATIENCE_MS) {
        throw new FlyError({
          phase: 'api',
          code: 'rate-limited',
          detail: `the API asked for a pause; ${Math.ceil(left / 1_000)} s of it are left`,
          retryAfterMs: Math.ceil(left),
        });
      }
      await clock.sleep(left, signal);
    }
  }

  return {
    take: async (key, signal) => {
      signal.throwIfAborted();
      await waitOutPause(signal);
      const waitMs = grantedAt(key) - clock.monotonicMs();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      await waitOutPause(signal);
    },
    pause: (durationMs) => {
      pausedUntil = Math.max(pausedUntil, clock.monotonicMs() + Math.min(durationMs, MAX_PAUSE_MS));
    },
  };
}
