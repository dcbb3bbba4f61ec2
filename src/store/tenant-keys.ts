import type { Connection } from './connection.ts';

/** A tenant's id is a small number in the large tables. Numbers are never used again. */
export interface TenantKeys {
  /** Gives a new tenant its number. Only inside a write transaction. */
  readonly ensure: (tenant: string) => number;
  readonly find: (tenant: string) => number | undefined;
  readonly name: (key: number) => string;
}

export function createTenantKeys(connection: Connection): TenantKeys {
  const selectKey = connection.prepare<{ id: number }>('SELECT id FROM tenants WHERE name = ?');
  const selectName = connection.prepare<{ name: string }>('SELECT name FROM tenants WHERE id = ?');
  const insert = connection.prepare('INSERT INTO tenants (name) VALUES (?)');
  const keys = new Map<string, number>();
  connection.onRollback(() => {
    keys.clear();
  });

  const find = (tenant: string): number | undefined => {
    const cached = keys.get(tenant);
    if (cached !== undefined) return cached;
    const found = selectKey.get(tenant)?.id;
    if (found !== undefined) keys.set(tenant, found);
    return found;
  };

  return {
    find,
    ensure: (tenant) => {
      const found = find(tenant);
      if (found !== undefined) return found;
      const key = Number(insert.run(tenant).lastInsertRowid);
      keys.set(tenant, key);
      return key;
    },
    name: (key) => {
      const row = selectName.get(key);
      if (row === undefined) throw new RangeError(`no tenant has the number ${key} in this file`);
      return row.name;
    },
  };
}
