import type { Standing, Transition } from '../model/history.ts';
import type { Connection } from './connection.ts';
import type { TenantKeys } from './tenant-keys.ts';

export interface TransitionTable {
  /** Of one tenant, or of all with null. */
  readonly between: (
    tenant: string | null,
    since: number,
    until: number,
    limit: number,
  ) => readonly Transition[];
}

export interface TransitionWriter extends TransitionTable {
  /** Only inside a write transaction. */
  readonly add: (tenant: number, at: number, from: Standing | null, to: Standing) => void;
}

interface Row {
  readonly name: string;
  readonly at: number;
  readonly from_verdict: Standing['verdict'] | null;
  readonly from_code: Standing['code'];
  readonly to_verdict: Standing['verdict'];
  readonly to_code: Standing['code'];
}

const COLUMNS = 'name, at, from_verdict, from_code, to_verdict, to_code';
const ORDER = 'at >= ? AND at < ? ORDER BY at DESC, transitions.id DESC LIMIT ?';

export function createTransitions(connection: Connection, keys: TenantKeys): TransitionWriter {
  const insert = connection.prepare(
    'INSERT INTO transitions (tenant, at, from_verdict, from_code, to_verdict, to_code) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const from = `SELECT ${COLUMNS} FROM transitions JOIN tenants ON tenants.id = tenant WHERE`;
  const ofAll = connection.prepare<Row>(`${from} ${ORDER}`);
  const ofTenant = connection.prepare<Row>(`${from} tenant = ? AND ${ORDER}`);
  return {
    add: (tenant, at, before, after) => {
      insert.run(tenant, at, before?.verdict ?? null, before?.code ?? null, after.verdict, after.code);
    },
    between: (tenant, since, until, limit) =>
      connection.read(() => {
        if (tenant === null) return ofAll.all(since, until, limit).map(toTransition);
        const key = keys.find(tenant);
        return key === undefined ? [] : ofTenant.all(key, since, until, limit).map(toTransition);
      }),
  };
}

function toTransition(row: Row): Transition {
  return {
    tenant: row.name,
    at: row.at,
    from: row.from_verdict === null ? null : { verdict: row.from_verdict, code: row.from_code },
    to: { verdict: row.to_verdict, code: row.to_code },
  };
}
