import type { Silence } from '../model/incident.ts';
import type { Logger } from '../model/logger.ts';
import type { Clock } from '../model/time.ts';
import type { SilenceTable, Store } from '../store/index.ts';

/** Silences in memory. */
export interface SilenceBook {
  readonly current: () => readonly Silence[];
  /** Reads them again. Throws StoreError; the silences that are known stay in force. */
  readonly refresh: () => void;
  /** Ends silences early: at once here, and in the store as soon as it can be written. Never throws. */
  readonly end: (ended: readonly Silence[]) => void;
}

export function createSilenceBook(
  store: Pick<Store, 'silences'>,
  clock: Pick<Clock, 'now'>,
  logger: Pick<Logger, 'warn'>,
): SilenceBook {
  /** Ended, and not stored yet. */
  const over = new Set<string>();
  const read = (): readonly Silence[] => {
    for (const id of over) {
      store.silences.end(id, clock.now());
      over.delete(id);
    }
    return store.silences.list(clock.now());
  };
  let silences = read();
  return {
    current: () => silences,
    refresh: () => {
      silences = read();
    },
    end: (ended) => {
      if (ended.length === 0) return;
      for (const { id } of ended) over.add(id);
      silences = silences.filter(({ id }) => !over.has(id));
      try {
        silences = read();
      } catch (error) {
        logger.warn({ error: String(error) }, 'the end of a silence cannot be stored; trying again');
      }
    },
  };
}

/** The table as others in this process use it: the change counter of the database is silent about our own writes. */
export function withNotice(table: SilenceTable, ...noticed: readonly (() => void)[]): SilenceTable {
  const notice = (): void => {
    for (const one of noticed) one();
  };
  return {
    ...table,
    add: (silence) => {
      table.add(silence);
      notice();
    },
    end: (id, now) => {
      const ended = table.end(id, now);
      notice();
      return ended;
    },
  };
}
