import type { AuditEntry } from '../model/audit.ts';
import type { JsonObject } from '../model/json.ts';
import type { Connection } from './connection.ts';
import type { AuditTable } from './store.ts';

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
     WHERE id < ?1 AND (?2 IS NULL OR subject = ?2) AND (?3 IS NULL OR action = ?3) ORDER BY id DESC LIMIT ?4`,
  );
  return {
    add: ({ at, actor, action, subject, outcome, detail }) =>
      connection.durable(() =>
        Number(insert.run(at, actor, action, subject, outcome, JSON.stringify(detail)).lastInsertRowid),
      ),
    list: ({ subject, action, beforeId, limit }) =>
      connection.read(() =>
        list
          .all(beforeId ?? Number.MAX_SAFE_INTEGER, subject ?? null, action ?? null, limit ?? DEFAULT_LIMIT)
          .map((row) => ({ ...row, detail: JSON.parse(row.detail) as JsonObject })),
      ),
  };
}
