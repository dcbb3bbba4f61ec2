import type { Message } from '../model/alert.ts';
import type { Delivery, DeliveryState, Outbox } from '../model/delivery.ts';
import { HOUR_MS } from '../model/time.ts';
import type { Connection } from './connection.ts';

interface Row {
  readonly id: string;
  readonly channel: string;
  readonly grp: string;
  readonly message: string;
  readonly created_at: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly next_attempt_at: number;
  readonly leased_until: number | null;
  readonly sent_at: number | null;
  readonly last_error: string | null;
  readonly possible_repeat: number;
}

const DEFAULT_LIMIT = 100;

/** The oldest row of each channel and group that is not delivered yet, of the channels that are in use. */
const HEADS = `FROM deliveries AS head
  WHERE state IN ('waiting', 'leased')
    AND NOT EXISTS (SELECT 1 FROM deliveries AS older
      WHERE older.state IN ('waiting', 'leased') AND older.channel = head.channel AND older.grp = head.grp
        AND older.seq < head.seq)
    AND channel NOT IN (SELECT channel FROM disabled_channels)
    AND (@channel IS NULL OR channel = @channel)`;

/** No retry and no lease takes so long: what is due later got its time from a clock that was set back since, and is due now. */
const LONGEST_WAIT_MS = 2 * HOUR_MS;

/** When a row may be leased: a waiting one at its time, a leased one when its lease ends without an outcome. */
const DUE_AT = `CASE state WHEN 'waiting' THEN next_attempt_at ELSE leased_until END`;

export interface OutboxWriter extends Outbox {
  /** Leases of a daemon that is gone end now: its messages go out at once, marked as possible repeats. */
  readonly endLeases: () => number;
}

export function createOutbox(connection: Connection): OutboxWriter {
  const insert = connection.prepare(
    `INSERT INTO deliveries (id, channel, grp, message, created_at, state, next_attempt_at)
     VALUES (@id, @channel, @group, @message, @createdAt, 'waiting', @createdAt) ON CONFLICT (id) DO NOTHING`,
  );
  const replaced = connection.prepare(
    `DELETE FROM deliveries WHERE state = 'waiting' AND channel = ? AND id <> ? AND message ->> '$.reason' = 'watchdog'`,
  );
  const due = connection.prepare<Row>(
    `SELECT * ${HEADS} AND (${DUE_AT} <= @now OR ${DUE_AT} > @now + ${LONGEST_WAIT_MS}) ORDER BY seq LIMIT @limit`,
  );
  const nextDue = connection.prepare<{ at: number | null }>(`SELECT min(${DUE_AT}) AS at ${HEADS}`);
  const lease = connection.prepare<Row>(
    `UPDATE deliveries SET possible_repeat = possible_repeat OR state = 'leased', state = 'leased',
       leased_until = ?, attempts = attempts + 1 WHERE id = ? RETURNING *`,
  );
  const sent = connection.prepare<Pick<Row, 'channel' | 'grp'>>(
    `UPDATE deliveries SET state = 'sent', sent_at = ?, leased_until = NULL, last_error = NULL
     WHERE id = ? AND state <> 'sent' RETURNING channel, grp`,
  );
  const setHandle = connection.prepare(
    'INSERT OR REPLACE INTO delivery_handles (channel, grp, handle, updated_at) VALUES (?, ?, ?, ?)',
  );
  const retry = connection.prepare(
    `UPDATE deliveries SET state = 'waiting', next_attempt_at = ?, leased_until = NULL, last_error = ?,
       possible_repeat = possible_repeat OR ?
     WHERE id = ? AND state = 'leased'`,
  );
  const dead = connection.prepare(
    `UPDATE deliveries SET state = 'dead', leased_until = NULL, last_error = ?
     WHERE id = ? AND state IN ('waiting', 'leased')`,
  );
  const handle = connection.prepare<{ handle: string }>(
    'SELECT handle FROM delivery_handles WHERE channel = ? AND grp = ?',
  );
  const selection = '(@state IS NULL OR state = @state) AND (@channel IS NULL OR channel = @channel)';
  const list = connection.prepare<Row>(
    `SELECT * FROM deliveries WHERE ${selection} ORDER BY seq DESC LIMIT @limit`,
  );
  const listGroup = connection.prepare<Row>(
    `SELECT * FROM deliveries WHERE grp = @group AND ${selection} ORDER BY seq DESC LIMIT @limit`,
  );
  const requeue = connection.prepare(
    `UPDATE deliveries SET state = 'waiting', next_attempt_at = ? WHERE id = ? AND state = 'dead'
       AND NOT EXISTS (SELECT 1 FROM deliveries AS later
         WHERE later.channel = deliveries.channel AND later.grp = deliveries.grp AND later.seq > deliveries.seq
           AND later.state IN ('sent', 'leased'))`,
  );
  const disable = connection.prepare(
    'INSERT INTO disabled_channels (channel, at, reason) VALUES (?, ?, ?) ON CONFLICT (channel) DO NOTHING',
  );
  const enable = connection.prepare('DELETE FROM disabled_channels WHERE channel = ?');
  const disabled = connection.prepare<{ channel: string; at: number; reason: string }>(
    'SELECT channel, at, reason FROM disabled_channels ORDER BY channel',
  );
  const endLeases = connection.prepare(`UPDATE deliveries SET leased_until = 0 WHERE state = 'leased'`);

  return {
    add: (deliveries) => {
      if (deliveries.length === 0) return;
      connection.durable(() => {
        for (const { id, channel, group, message, createdAt } of deliveries) {
          // A channel that was away is to hear how it is now; how it was at each interval would keep alerts waiting.
          if (message.reason === 'watchdog') replaced.run(channel, id);
          insert.run({ id, channel, group, message: JSON.stringify(message), createdAt });
        }
      });
    },
    lease: (now, limit, leaseMs, channel) => {
      // Most rounds find nothing, and a transaction that writes nothing need not wait for the disk.
      if (connection.read(() => due.get({ now, limit: 1, channel: channel ?? null })) === undefined)
        return [];
      return connection.durable(() =>
        due
          .all({ now, limit, channel: channel ?? null })
          .flatMap((row) => lease.all(now + leaseMs, row.id))
          .map(toDelivery),
      );
    },
    sent: (id, now, given) => {
      connection.durable(() => {
        const row = sent.get(now, id);
        if (row !== undefined && given !== null) setHandle.run(row.channel, row.grp, given, now);
      });
    },
    retry: (id, nextAttemptAt, reason, maybeSent = false) => {
      connection.durable(() => retry.run(nextAttemptAt, reason, maybeSent ? 1 : 0, id));
    },
    dead: (id, _now, reason) => {
      connection.durable(() => dead.run(reason, id));
    },
    handle: (channel, group) => connection.read(() => handle.get(channel, group)?.handle ?? null),
    nextDueAt: (channel) => connection.read(() => nextDue.get({ channel: channel ?? null })?.at ?? null),
    list: ({ state = null, channel = null, group, limit = DEFAULT_LIMIT }) =>
      connection.read(() =>
        (group === undefined
          ? list.all({ state, channel, limit })
          : listGroup.all({ state, channel, group, limit })
        ).map(toDelivery),
      ),
    requeue: (ids, now) =>
      connection.durable(() => ids.reduce((count, id) => count + requeue.run(now, id).changes, 0)),
    disableChannel: (channel, now, reason) => {
      connection.durable(() => disable.run(channel, now, reason));
    },
    enableChannel: (channel) => {
      connection.durable(() => enable.run(channel));
    },
    disabledChannels: () =>
      connection.read(
        () => new Map(disabled.all().map(({ channel, at, reason }) => [channel, { at, reason }])),
      ),
    endLeases: () => connection.durable(() => endLeases.run().changes),
  };
}

function toDelivery(row: Row): Delivery {
  return {
    id: row.id,
    channel: row.channel,
    group: row.grp,
    message: JSON.parse(row.message) as Message,
    createdAt: row.created_at,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    leasedUntil: row.leased_until,
    sentAt: row.sent_at,
    lastError: row.last_error,
    possibleRepeat: row.possible_repeat === 1,
  };
}
