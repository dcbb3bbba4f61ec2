import type { Json } from '../model/json.ts';
import type { Clock } from '../model/time.ts';
import type { Connection } from './connection.ts';

/** Small things that must survive a restart, as JSON. */
export interface SmallStateTable {
  readonly get: (key: string) => Json | undefined;
  readonly set: (key: string, value: Json) => void;
  readonly remove: (key: string) => void;
}

/** Callers' keys live in a room of their own beside the store's. */
const ROOM = 'app:';

export function createSmallState(connection: Connection, clock: Pick<Clock, 'now'>): SmallStateTable {
  const select = connection.prepare<{ value: string }>('SELECT value FROM small_state WHERE key = ?');
  const replace = connection.prepare(
    'INSERT OR REPLACE INTO small_state (key, value, updated_at) VALUES (?, ?, ?)',
  );
  const remove = connection.prepare('DELETE FROM small_state WHERE key = ?');
  return {
    get: (key) =>
      connection.read(() => {
        const value = select.get(ROOM + key)?.value;
        return value === undefined ? undefined : (JSON.parse(value) as Json);
      }),
    set: (key, value) => {
      connection.write(() => replace.run(ROOM + key, JSON.stringify(value), clock.now()));
    },
    remove: (key) => {
      connection.write(() => remove.run(ROOM + key));
    },
  };
}
