import type { Silence } from '../model/incident.ts';
import type { Logger } from '../model/logger.ts';
import { MINUTE_MS, SECOND_MS, type Clock } from '../model/time.ts';
import type { Store } from '../store/index.ts';

/** Silences in memory, read again within a second after the command line wrote to the database. */
export interface SilenceWatch {
  readonly current: () => readonly Silence[];
  /** Stores silences whose end came early. */
  readonly end: (ended: readonly Silence[]) => void;
  readonly start: (changed: () => void) => void;
  readonly stop: () => void;
}

export function createSilenceWatch(
  store: Pick<Store, 'silences' | 'changeCounter'>,
  clock: Clock,
  logger: Logger,
): SilenceWatch {
  let silences: readonly Silence[] = store.silences.list(clock.now());
  let counter = store.changeCounter();
  let readAtMs = clock.monotonicMs();
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  const read = (): boolean => {
    try {
      const next = store.changeCounter();
      const stale = clock.monotonicMs() - readAtMs > MINUTE_MS;
      if (next === counter && !stale) return false;
      counter = next;
      readAtMs = clock.monotonicMs();
      silences = store.silences.list(clock.now());
      failing = false;
      return true;
    } catch (error) {
      // The silences that are known stay in force.
      if (!failing) logger.error({ error: String(error) }, 'silences cannot be read');
      failing = true;
      return false;
    }
  };

  return {
    current: () => silences,
    end: (ended) => {
      for (const { id } of ended) store.silences.end(id, clock.now());
      if (ended.length > 0) silences = store.silences.list(clock.now());
    },
    start: (changed) => {
      timer = setInterval(() => {
        if (read()) changed();
      }, SECOND_MS / 2);
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
