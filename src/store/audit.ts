import type { AuditEntry } from '../model/audit.ts';
import type { JsonObject } from '../model/json.ts';
import type { Connection } from './connection.ts';

export interface AuditRecord extends AuditEntry {
  readonly id: number;
}

/** Append-only: the database itself refuses to change or delete a row. */
export interface AuditTable {
  readonly add: (entry: AuditEntry) => number;
  readonly list: (filter: {
    readonly subject?: string;
    readonly action?: string;
    /** Cursor: only ids below. */
    readonly beforeId?: number;
    readonly limit?: number;
  }) => readonly AuditRecord[];
}

interface Row extends Omit<AuditEntry, 'detail'> {
  readonly id: number;
  readonly detail: string;
}

const DEFAULT_LIMIT = 100;

export function createAudit(connection: Connection): AuditTable {
  const insert = connection.prepare(
    'INSERT INTO audit (at, actor, action, subject, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const list = connection.prepare<Row>(
    `SELECT id, at, actor, action, subject, outcome, detail FROM audit
     WHERE id < @beforeId AND (@subject IS NULL OR subject = @subject) AND (@action IS NULL OR action = @action)
     ORDER BY id DESC LIMIT @limit`,
  );
  return {
    add: ({ at, actor, action, subject, outcome, detail }) =>
      connection.durable(() =>
        Number(insert.run(at, actor, action, subject, outcome, JSON.stringify(detail)).lastInsertRowid),
      ),
    list: ({ subject = null, action = null, beforeId = Number.MAX_SAFE_INTEGER, limit = DEFAULT_LIMIT }) =>
      connection.read(() =>
        list
          .all({ beforeId, subject, action, limit })
          .map((row) => ({ ...row, detail: JSON.parse(row.detail) as JsonObject })),
      ),
  };
}
