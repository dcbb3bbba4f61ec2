import type { Silence } from '../model/incident.ts';
import type { Clock } from '../model/time.ts';
import type { SilenceTable, Store } from '../store/index.ts';

/** Silences in memory. */
export interface SilenceBook {
  readonly current: () => readonly Silence[];
  /** Reads them again. Throws StoreError; the silences that are known stay in force. */
  readonly refresh: () => void;
  /** Stores silences whose end came early. */
  readonly end: (ended: readonly Silence[]) => void;
}

export function createSilenceBook(store: Pick<Store, 'silences'>, clock: Pick<Clock, 'now'>): SilenceBook {
  const read = (): readonly Silence[] => store.silences.list(clock.now());
  let silences = read();
  return {
    current: () => silences,
    refresh: () => {
      silences = read();
    },
    end: (ended) => {
      for (const { id } of ended) store.silences.end(id, clock.now());
      if (ended.length > 0) silences = read();
    },
  };
}

/** The table as others in this process use it: the change counter of the database is silent about our own writes. */
export function withNotice(table: SilenceTable, notice: () => void): SilenceTable {
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
