import type { Silence } from '../model/incident.ts';
import type { Connection } from './connection.ts';

export interface SilenceTable {
  readonly add: (silence: Silence) => void;
  /** False when it does not exist or is over already. */
  readonly end: (id: string, now: number) => boolean;
  readonly get: (id: string) => Silence | null;
  /** In force now. */
  readonly active: (now: number) => readonly Silence[];
  /** In force or still to come; with `ended` also those that are over. */
  readonly list: (
    now: number,
    options?: { readonly ended?: boolean; readonly limit?: number },
  ) => readonly Silence[];
}

interface Row {
  readonly body: string;
}

const DEFAULT_LIMIT = 1_000;

export function createSilences(connection: Connection): SilenceTable {
  const insert = connection.prepare('INSERT INTO silences (id, body) VALUES (?, ?)');
  const end = connection.prepare(
    `UPDATE silences SET body = json_set(body, '$.endsAt', @now) WHERE id = @id AND ends_at > @now`,
  );
  const one = connection.prepare<Row>('SELECT body FROM silences WHERE id = ?');
  const active = connection.prepare<Row>(
    'SELECT body FROM silences WHERE ends_at > @now AND starts_at <= @now ORDER BY ends_at',
  );
  const list = connection.prepare<Row>(
    'SELECT body FROM silences WHERE ends_at > ? ORDER BY ends_at DESC LIMIT ?',
  );
  return {
    add: (silence) => {
      connection.durable(() => insert.run(silence.id, JSON.stringify(silence)));
    },
    end: (id, now) => connection.durable(() => end.run({ id, now }).changes === 1),
    get: (id) =>
      connection.read(() => {
        const row = one.get(id);
        return row === undefined ? null : toSilence(row);
      }),
    active: (now) => connection.read(() => active.all({ now }).map(toSilence)),
    list: (now, options) =>
      connection.read(() =>
        list.all(options?.ended === true ? 0 : now, options?.limit ?? DEFAULT_LIMIT).map(toSilence),
      ),
  };
}

function toSilence(row: Row): Silence {
  return JSON.parse(row.body) as Silence;
}
