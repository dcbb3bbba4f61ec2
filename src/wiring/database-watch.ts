import type { Logger } from '../model/logger.ts';
import { MINUTE_MS, SECOND_MS, type Clock } from '../model/time.ts';
import type { Store } from '../store/index.ts';

export interface DatabaseWatch {
  readonly start: () => void;
  /** This process wrote something that the next look must not miss. */
  readonly notice: () => void;
  readonly stop: () => void;
}

const LOOK_MS = SECOND_MS / 2;

/**
 * Calls back within a second after another process, which is the command line, wrote to the database; after a minute
 * without news once more. What throws is called again at the next look.
 */
export function watchDatabase(
  store: Pick<Store, 'changeCounter'>,
  clock: Pick<Clock, 'monotonicMs'>,
  logger: Logger,
  changed: () => void,
): DatabaseWatch {
  let counter: number | undefined;
  let lookedAtMs = 0;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    try {
      const next = store.changeCounter();
      if (next === counter && clock.monotonicMs() - lookedAtMs < MINUTE_MS) return;
      changed();
      counter = next;
      lookedAtMs = clock.monotonicMs();
      failing = false;
    } catch (error) {
      if (!failing)
        logger.error({ error: String(error) }, 'what people decided cannot be read; trying again');
      failing = true;
    }
  };

  return {
    start: () => {
      look();
      timer = setInterval(look, LOOK_MS);
    },
    notice: () => {
      counter = undefined;
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
