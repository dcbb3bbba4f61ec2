import type { Connection } from './connection.ts';
import { StoreError } from './error.ts';

/** Marks the file as ours ("tewa"), so that another program's database is refused instead of filled with our tables. */
const APPLICATION_ID = 0x74657761;

/** What may be done about the file's schema. */
export type SchemaCheck = 'current' | 'needs-migration';

/** Reads which schema the file has; refuses one that is newer or not ours. */
export function checkSchema(connection: Connection, migrations: readonly string[]): SchemaCheck {
  const { path } = connection;
  const version = Number(connection.pragma('user_version'));
  const owner = Number(connection.pragma('application_id'));
  const tables =
    connection.prepare<{ count: number }>('SELECT count(*) AS count FROM sqlite_schema').get()?.count ?? 0;
  if (owner !== APPLICATION_ID && tables > 0)
    throw new StoreError(
      'not-a-database',
      path,
      `${path} is a database of another program: check store.path`,
    );
  if (version > migrations.length)
    throw new StoreError(
      'newer-schema',
      path,
      `the database ${path} has schema ${version} and this tenantwatch knows ${migrations.length}: upgrade tenantwatch, or restore a backup made before the upgrade`,
    );
  return version === migrations.length ? 'current' : 'needs-migration';
}

/** Each step is a transaction of its own: an interrupted upgrade goes on where it ended. */
export function migrate(connection: Connection, migrations: readonly string[]): number {
  let steps = 0;
  for (const [index, sql] of migrations.entries()) {
    const version = index + 1;
    const applied = connection.durable(() => {
      // Read inside the transaction: another process may have been quicker.
      if (Number(connection.pragma('user_version')) >= version) return false;
      connection.exec(sql);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      connection.pragma(`user_version = ${version}`);
      return true;
    });
    if (applied) steps += 1;
  }
  return steps;
}
