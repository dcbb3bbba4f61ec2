import Database from 'better-sqlite3';
import { movedAway, storeError } from './error.ts';
import { identityOf, whyUnreadable } from './files.ts';

/** One value of a row as SQLite hands it over. */
export type SqlValue = string | number | null | Uint8Array;
/** Positional parameters (`?`), or one object for named ones (`@name`). */
type Parameter = SqlValue | Readonly<Record<string, SqlValue>>;
export type Statement<Row = unknown> = Database.Statement<Parameter[], Row>;

/**
 * The one connection of a store. A single one, so that data_version tells what others wrote, and one page cache serves
 * reads and writes; `synchronous` is set for each transaction as its promise asks.
 */
export interface Connection {
  readonly path: string;
  readonly prepare: <Row = unknown>(sql: string) => Statement<Row>;
  readonly exec: (sql: string) => void;
  readonly pragma: (text: string) => unknown;
  /** Differs from what it was when another connection has written. */
  readonly dataVersion: () => number;
  /** Translates errors; a consistent view when it reads more than once. */
  readonly read: <T>(work: () => T) => T;
  /** One transaction that survives a crash of the process (synchronous=NORMAL). Inside another one it is part of it. */
  readonly write: <T>(work: () => T) => T;
  /** One transaction that is on disk when this returns (synchronous=FULL). Inside another one it is part of it. */
  readonly durable: <T>(work: () => T) => T;
  /** Runs after a transaction failed: whatever was cached from inside it is not true. */
  readonly onRollback: (forget: () => void) => void;
  /** Sets up a file that is ours for writing. Not before it is known to be ours: some of it stays with the file. */
  readonly prepareForWriting: () => void;
  readonly close: () => void;
}

export interface ConnectionOptions {
  readonly path: string;
  readonly readOnly: boolean;
  /** How long a locked file is waited for. It blocks the event loop: short in the daemon. */
  readonly busyTimeoutMs: number;
}

export function openConnection({ path, readOnly, busyTimeoutMs }: ConnectionOptions): Connection {
  const translated = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw storeError(error, path);
    }
  };
  const database = translated(
    () => new Database(path, { readonly: readOnly, fileMustExist: true, timeout: busyTimeoutMs }),
  );
  const opened = identityOf(path);
  const forgetters: (() => void)[] = [];
  let synchronous = '';

  const transaction = <T>(level: 'NORMAL' | 'FULL', work: () => T): T => {
    if (database.inTransaction) return work();
    // SQLite goes on writing into a file that was deleted or replaced, and all of it would be lost.
    if (identityOf(path) !== opened) throw movedAway(path);
    if (synchronous !== level) {
      database.pragma(`synchronous = ${level}`);
      synchronous = level;
    }
    try {
      // IMMEDIATE: a transaction that reads first and writes later could not wait for a lock any more.
      return database.transaction(work).immediate();
    } catch (error) {
      for (const forget of forgetters) forget();
      throw error;
    }
  };

  try {
    translated(() => {
      database.pragma('trusted_schema = OFF');
      database.pragma('foreign_keys = ON');
      // Everything else happens in rows; this also proves that the file is a database that may be read.
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
    });
  } catch (error) {
    database.close();
    throw readOnly ? whyUnreadable(storeError(error, path)) : error;
  }

  const dataVersion = database.prepare<[], { readonly data_version: number }>('PRAGMA data_version');
  return {
    path,
    prepare: <Row>(sql: string) => translated(() => database.prepare<Parameter[], Row>(sql)),
    exec: (sql) => {
      translated(() => database.exec(sql));
    },
    dataVersion: () => translated(() => dataVersion.get()?.data_version ?? 0),
    pragma: (text) => translated(() => database.pragma(text, { simple: true })),
    read: (work) =>
      translated(() => (database.inTransaction ? work() : database.transaction(work).deferred())),
    write: (work) => translated(() => transaction('NORMAL', work)),
    durable: (work) => translated(() => transaction('FULL', work)),
    onRollback: (forget) => {
      forgetters.push(forget);
    },
    prepareForWriting: () => {
      translated(() => {
        // Before the first table, or the file can never shrink. No effect on a file that has tables.
        database.pragma('auto_vacuum = INCREMENTAL');
        database.pragma('journal_mode = WAL');
        // A wider window lets a page that changes often be copied into the file once instead of many times.
        database.pragma('wal_autocheckpoint = 4000');
        database.pragma('journal_size_limit = 67108864');
        requireWritable(database);
      });
    },
    close: () => {
      translated(() => database.close());
    },
  };
}

/** SQLite opens a file that it may not write for reading, without a word; that must not come out at the first run. */
function requireWritable(database: Database.Database): void {
  try {
    database.exec('BEGIN IMMEDIATE');
    database.exec('ROLLBACK');
  } catch (error) {
    // Someone is writing, so it can be written.
    if (!(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))) throw error;
  }
}
