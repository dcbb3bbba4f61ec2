import type { Delivery, NewDelivery, Outbox } from '../../src/model/delivery.ts';

/** The outbox port in memory, by its contract. `fail` makes the next calls throw, as a database in trouble does. */
export function createMemoryOutbox() {
  let rows: readonly Delivery[] = [];
  const handles = new Map<string, string>();
  const disabled = new Map<string, { readonly at: number; readonly reason: string }>();
  let failures = 0;

  const tested = <Arguments extends readonly unknown[], Result>(act: (...given: Arguments) => Result) => {
    return (...given: Arguments): Result => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('database is locked');
      }
      return act(...given);
    };
  };
  const change = (id: string, patch: Partial<Delivery>): void => {
    rows = rows.map((row) => (row.id === id ? { ...row, ...patch } : row));
  };
  const isOpen = ({ state }: Delivery): boolean => state === 'waiting' || state === 'leased';
  const dueAt = ({ state, nextAttemptAt, leasedUntil }: Delivery): number =>
    state === 'leased' ? (leasedUntil ?? 0) : nextAttemptAt;
  const heads = (channel?: string): readonly Delivery[] =>
    rows.filter(
      (row, index) =>
        isOpen(row) &&
        (channel === undefined || row.channel === channel) &&
        !disabled.has(row.channel) &&
        !rows
          .slice(0, index)
          .some((older) => isOpen(older) && older.channel === row.channel && older.group === row.group),
    );

  const outbox: Outbox = {
    lease: tested((now: number, limit: number, leaseMs: number, channel?: string) => {
      const due = heads(channel)
        .filter((row) => dueAt(row) <= now)
        .slice(0, limit);
      for (const { id, attempts, state, possibleRepeat } of due) {
        change(id, {
          state: 'leased',
          attempts: attempts + 1,
          leasedUntil: now + leaseMs,
          possibleRepeat: possibleRepeat || state === 'leased',
        });
      }
      return due.flatMap(({ id }) => rows.filter((row) => row.id === id));
    }),
    sent: tested((id: string, now: number, handle: string | null) => {
      const row = rows.find((one) => one.id === id);
      if (row !== undefined && handle !== null) handles.set(`${row.channel} ${row.group}`, handle);
      change(id, { state: 'sent', sentAt: now, leasedUntil: null });
    }),
    retry: tested((id: string, nextAttemptAt: number, reason: string, maybeSent = false) => {
      const repeat = maybeSent ? { possibleRepeat: true } : {};
      change(id, { state: 'waiting', nextAttemptAt, lastError: reason, leasedUntil: null, ...repeat });
    }),
    dead: tested((id: string, _now: number, reason: string) => {
      change(id, { state: 'dead', lastError: reason, leasedUntil: null });
    }),
    handle: (channel, group) => handles.get(`${channel} ${group}`) ?? null,
    nextDueAt: tested((channel?: string) => {
      const times = heads(channel).map(dueAt);
      return times.length === 0 ? null : Math.min(...times);
    }),
    list: ({ state, channel, group, limit = 100 }) =>
      rows
        .filter(
          (row) =>
            (state === undefined || row.state === state) &&
            (channel === undefined || row.channel === channel) &&
            (group === undefined || row.group === group),
        )
        .slice(0, limit),
    requeue: (ids, now) => {
      const overtaken = (row: Delivery, index: number): boolean =>
        rows
          .slice(index + 1)
          .some(
            (later) =>
              (later.state === 'sent' || later.state === 'leased') &&
              later.channel === row.channel &&
              later.group === row.group,
          );
      const dead = rows.filter(
        (row, index) => row.state === 'dead' && ids.includes(row.id) && !overtaken(row, index),
      );
      for (const { id } of dead) change(id, { state: 'waiting', nextAttemptAt: now });
      return dead.length;
    },
    disableChannel: tested((channel: string, now: number, reason: string) => {
      disabled.set(channel, { at: now, reason });
    }),
    enableChannel: (channel) => {
      disabled.delete(channel);
    },
    disabledChannels: () => disabled,
    add: tested((deliveries: readonly NewDelivery[]) => {
      const fresh = deliveries.filter(({ id }) => !rows.some((row) => row.id === id));
      rows = [
        ...rows,
        ...fresh.map((delivery): Delivery => ({
          ...delivery,
          state: 'waiting',
          attempts: 0,
          nextAttemptAt: delivery.createdAt,
          leasedUntil: null,
          sentAt: null,
          lastError: null,
          possibleRepeat: false,
        })),
      ];
    }),
  };
  return {
    outbox,
    rows: () => rows,
    states: () => Object.fromEntries(rows.map(({ id, state }) => [id, state])),
    fail: (times: number) => {
      failures = times;
    },
  };
}
