import { databaseFailingNotice, databaseWellNotice, type Direct } from '../alerts/index.ts';
import { SECOND_MS, type Clock } from '../model/time.ts';
import type { StoreError } from '../store/index.ts';

export interface DatabaseAlarmOptions {
  /** Why nothing can be written at present; null while it can. */
  readonly trouble: () => StoreError | null;
  readonly direct: Pick<Direct, 'tell'>;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
  /** One sentence for whoever cannot rely on messages now: how the fleet is. */
  readonly state: () => string;
}

export interface DatabaseAlarm {
  readonly look: () => void;
  readonly start: () => void;
  readonly stop: () => void;
}

/** A lock that somebody holds for a moment is no news; a disk that is full for so long is. */
const PATIENCE_MS = 15 * SECOND_MS;

/**
 * While the database cannot be written no incident can be, and nobody would be told of anything, the database least of all. So this
 * is told without it: once, and once more when it is well.
 */
export function createDatabaseAlarm(options: DatabaseAlarmOptions): DatabaseAlarm {
  const { trouble, direct, clock, state } = options;
  let since: { readonly at: number; readonly ms: number } | undefined;
  let told = false;
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const error = trouble();
    if (error === null) {
      if (told && since !== undefined) direct.tell(databaseWellNotice(since.at, clock.now()));
      since = undefined;
      told = false;
      return;
    }
    since ??= { at: clock.now(), ms: clock.monotonicMs() };
    if (told || clock.monotonicMs() - since.ms < PATIENCE_MS) return;
    told = true;
    direct.tell(databaseFailingNotice(since.at, clock.now(), error.message, state()));
  };

  return {
    look,
    start: () => {
      timer = setInterval(look, SECOND_MS);
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
