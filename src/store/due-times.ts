import type { Connection } from './connection.ts';

/** What is due, over restarts. A null tenant is a loop's own slot. */
export interface DueTime {
  readonly tenant: string | null;
  readonly dueAt: number;
}

export interface DueTimeTable {
  readonly save: (loop: string, entries: readonly DueTime[]) => void;
  readonly load: (loop: string) => readonly DueTime[];
  readonly remove: (loop: string, tenants: readonly (string | null)[]) => void;
}

/** The loop's own slot, which belongs to no tenant. */
const OWN = '';

export function createDueTimes(connection: Connection): DueTimeTable {
  const replace = connection.prepare(
    'INSERT OR REPLACE INTO due_times (loop, tenant, due_at) VALUES (?, ?, ?)',
  );
  const select = connection.prepare<{ tenant: string; dueAt: number }>(
    'SELECT tenant, due_at AS dueAt FROM due_times WHERE loop = ?',
  );
  const remove = connection.prepare('DELETE FROM due_times WHERE loop = ? AND tenant = ?');
  return {
    save: (loop, entries) => {
      if (entries.length === 0) return;
      connection.write(() => {
        for (const { tenant, dueAt } of entries) replace.run(loop, tenant ?? OWN, dueAt);
      });
    },
    load: (loop) =>
      connection.read(() =>
        select.all(loop).map(({ tenant, dueAt }) => ({ tenant: tenant === OWN ? null : tenant, dueAt })),
      ),
    remove: (loop, tenants) => {
      connection.write(() => {
        for (const tenant of tenants) remove.run(loop, tenant ?? OWN);
      });
    },
  };
}
