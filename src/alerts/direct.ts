import type { Notice, Notifier } from '../model/alert.ts';
import type { Logger } from '../model/logger.ts';
import { SECOND_MS, type Clock, type Random } from '../model/time.ts';
import { backoffMs } from './backoff.ts';

/** Tells people without the outbox. */
export interface Direct {
  /** Over every channel, each by itself. Never throws; a later notice waits for the one before it. */
  readonly tell: (notice: Notice) => void;
  /** Gives up what is not delivered. */
  readonly stop: () => Promise<void>;
}

export interface DirectOptions {
  readonly notifiers: readonly Notifier[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const ATTEMPTS = 8;
const ATTEMPT_MS = 30 * SECOND_MS;

/**
 * The last resort while the database is away: nothing can be promised then, and a crash forgets it. Everything else goes through the
 * outbox, which forgets nothing.
 */
export function createDirect({ notifiers, clock, random, logger }: DirectOptions): Direct {
  const stopping = new AbortController();
  const lines = new Map<string, Promise<void>>();

  const send = async (notifier: Notifier, notice: Notice): Promise<void> => {
    const channel = notifier.name;
    for (let attempts = 1; attempts <= ATTEMPTS && !stopping.signal.aborted; attempts += 1) {
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ATTEMPT_MS)]);
      const outcome = await notifier.send(notice, { signal, handle: null, possibleRepeat: attempts > 1 });
      if (outcome.result === 'sent') {
        logger.info({ channel, notice: notice.id }, 'told without the database');
        return;
      }
      logger.warn({ channel, notice: notice.id, attempts, reason: outcome.reason }, 'not told');
      if (outcome.result !== 'retry') return;
      await clock
        .sleep(backoffMs(attempts, outcome.retryAfterMs, random), stopping.signal)
        .catch(() => undefined);
    }
  };

  return {
    tell: (notice) => {
      for (const notifier of notifiers) {
        const before = lines.get(notifier.name) ?? Promise.resolve();
        lines.set(
          notifier.name,
          before.then(() => send(notifier, notice)),
        );
      }
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(lines.values());
    },
  };
}
