import Database from 'better-sqlite3';
import { hostname } from 'node:os';
import type { Connection } from './connection.ts';
import { StoreError, storeError } from './error.ts';
import { prepareFile } from './files.ts';

export interface DaemonHolder {
  readonly pid: number;
  readonly host: string;
  /** When it opened the database, milliseconds since the epoch. */
  readonly since: number;
}

export interface DaemonLock {
  readonly release: () => void;
}

/**
 * One daemon per database: an exclusive lock of the operating system on a second file, held through SQLite because Node
 * has no file locks. It ends with the process however that ends, so a crash leaves nothing to clean up.
 * Undefined when another process holds it.
 */
export function takeDaemonLock(path: string): DaemonLock | undefined {
  const file = `${path}.lock`;
  prepareFile(file);
  let lock: Database.Database | undefined;
  try {
    lock = new Database(file, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    const known = storeError(error, file);
    if (known.code === 'locked') return undefined;
    throw known;
  }
  const held = lock;
  return {
    release: () => {
      held.close();
    },
  };
}

/** Who holds the lock is kept in the database itself: the lock's file cannot be read while it is held. */
export function noteHolder(connection: Connection, now: number): void {
  connection.durable(() =>
    connection
      .prepare('INSERT OR REPLACE INTO small_state (key, value, updated_at) VALUES (?, ?, ?)')
      .run(
        HOLDER,
        JSON.stringify({ pid: process.pid, host: hostname(), since: new Date(now).toISOString() }),
        now,
      ),
  );
}

export function daemonRunning(path: string, connection: Connection | undefined): StoreError {
  return new StoreError(
    'daemon-running',
    path,
    `another daemon uses the database ${path}${holder(connection)}: stop it, or give this one its own store.path`,
  );
}

const HOLDER = 'daemon';

/** Null also when what is there cannot be read: it is a courtesy, nothing depends on it. */
export function readHolder(connection: Connection): DaemonHolder | null {
  const value = connection
    .prepare<{ value: string }>('SELECT value FROM small_state WHERE key = ?')
    .get(HOLDER)?.value;
  try {
    const known: unknown = value === undefined ? undefined : JSON.parse(value);
    if (typeof known !== 'object' || known === null) return null;
    if (!('pid' in known && 'host' in known && 'since' in known)) return null;
    return { pid: Number(known.pid), host: String(known.host), since: Date.parse(String(known.since)) };
  } catch {
    return null;
  }
}

function holder(connection: Connection | undefined): string {
  try {
    const known = connection === undefined ? null : readHolder(connection);
    if (known === null) return '';
    return ` (process ${known.pid} on ${known.host} since ${new Date(known.since).toISOString()})`;
  } catch {
    return ''; // The refusal stands without it.
  }
}
