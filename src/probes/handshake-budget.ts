import { PRIORITIES, type Priority } from '../model/priority.ts';
import { SECOND_MS, type Clock } from '../model/time.ts';
import { onAbort } from './deadline.ts';

/** The one budget that every handshake of the process is taken from. */
export interface HandshakeBudget {
  /** Resolves when a handshake may start; rejects with the signal's reason when it is aborted first. */
  readonly take: (priority: Priority, signal: AbortSignal) => Promise<void>;
}

export interface AdjustableBudget extends HandshakeBudget {
  /** The rate in force, 0 while paused. */
  readonly perSecond: () => number;
  /** From now on this share of the configured rate, above 0 to 1: for slowing down when the edge throttles. */
  readonly setShare: (share: number) => void;
  /** Nothing is granted for this long; whoever asks waits. */
  readonly pause: (durationMs: number) => void;
  /** How many are waiting. */
  readonly waiting: () => number;
}

interface Waiter {
  readonly since: number;
  readonly grant: () => void;
}

/** Every so many grants the longest waiting goes first whatever its priority, so that routine work never starves. */
const FAIR_EVERY = 4;

/**
 * A token bucket that holds one second's worth. The more urgent goes first, within a priority the longest waiting. It
 * keeps a timer only while somebody waits.
 */
export function createHandshakeBudget(options: {
  readonly perSecond: number;
  readonly clock: Clock;
}): AdjustableBudget {
  const { clock } = options;
  // Sets keep the order of arrival and forget an aborted waiter in constant time.
  const queues: readonly Set<Waiter>[] = PRIORITIES.map(() => new Set<Waiter>());
  let perSecond = options.perSecond;
  let tokens = Math.max(1, perSecond);
  let filledAtMs = clock.monotonicMs();
  let arrivals = 0;
  let grants = 0;
  let count = 0;
  let pausedUntilMs = -Infinity;
  let timer: AbortController | undefined;

  const refill = (): void => {
    const nowMs = clock.monotonicMs();
    const elapsedMs = Math.max(0, nowMs - Math.max(filledAtMs, pausedUntilMs));
    tokens = Math.min(Math.max(1, perSecond), tokens + (elapsedMs * perSecond) / SECOND_MS);
    filledAtMs = nowMs;
  };

  const next = (): Waiter | undefined => {
    const heads: Waiter[] = [];
    for (const queue of queues) {
      for (const waiter of queue) {
        heads.push(waiter);
        break;
      }
    }
    if (grants % FAIR_EVERY !== FAIR_EVERY - 1) return heads[0];
    return heads.toSorted((one, other) => one.since - other.since)[0];
  };

  const stopTimer = (): void => {
    timer?.abort();
    timer = undefined;
  };

  const drain = (): void => {
    refill();
    // A hair below one: the wait below is computed from the same sum and must not miss it by a rounding.
    while (tokens >= 1 - 1e-6 && filledAtMs >= pausedUntilMs) {
      const waiter = next();
      if (waiter === undefined) break;
      tokens -= 1;
      grants += 1;
      waiter.grant();
    }
    if (count === 0) {
      stopTimer();
      return;
    }
    if (timer !== undefined) return;
    const refillMs = (Math.max(0, 1 - tokens) * SECOND_MS) / perSecond;
    const waitMs = Math.max(1, Math.ceil(refillMs + Math.max(0, pausedUntilMs - filledAtMs)));
    const current = new AbortController();
    timer = current;
    clock.sleep(waitMs, current.signal).then(
      () => {
        if (timer === current) timer = undefined;
        drain();
      },
      () => undefined, // stopped: nobody waits any more
    );
  };

  /** Nobody waits and there is one left: the usual case costs nothing. */
  const isFree = (): boolean => {
    if (count > 0) return false;
    refill();
    if (tokens < 1 || filledAtMs < pausedUntilMs) return false;
    tokens -= 1;
    grants += 1;
    return true;
  };

  const take = (priority: Priority, signal: AbortSignal): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) {
        reject(abortReason(signal));
        return;
      }
      const queue = queues[PRIORITIES.indexOf(priority)];
      if (queue === undefined) {
        reject(new TypeError(`no such priority: ${priority}`));
        return;
      }
      if (isFree()) {
        resolve();
        return;
      }
      const waiter: Waiter = {
        since: arrivals++,
        grant: () => {
          leave();
          resolve();
        },
      };
      const leave = (): void => {
        queue.delete(waiter);
        count -= 1;
        forget();
      };
      queue.add(waiter);
      count += 1;
      const forget = onAbort(signal, () => {
        leave();
        if (count === 0) stopTimer();
        reject(abortReason(signal));
      });
      drain();
    });

  return {
    take,
    waiting: () => count,
    perSecond: () => (clock.monotonicMs() < pausedUntilMs ? 0 : perSecond),
    setShare: (share) => {
      refill();
      perSecond = options.perSecond * share;
      stopTimer();
      drain();
    },
    pause: (durationMs) => {
      refill();
      tokens = 0;
      pausedUntilMs = Math.max(pausedUntilMs, filledAtMs + durationMs);
      stopTimer();
      drain();
    },
  };
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new DOMException('This operation was aborted', 'AbortError');
}
