import Database from 'better-sqlite3';

/** What can be wrong with the database, whatever SQLite calls it. */
export type StoreErrorCode =
  | 'disk-full'
  | 'read-only'
  | 'locked' // another process holds the file longer than we wait
  | 'daemon-running' // another daemon owns this database
  | 'corrupt'
  | 'not-a-database'
  | 'newer-schema' // written by a newer tenantwatch
  | 'older-schema' // needs a migration that this way of opening may not do
  | 'permission'
  | 'missing'
  | 'unusable-path' // no database can ever be there
  | 'moved' // deleted or replaced under us
  | 'io'
  | 'closed'
  | 'internal'; // a fault of ours, for example a broken constraint

/** Codes that can pass by themselves: what was to be written is kept and written later. */
const PASSING: ReadonlySet<StoreErrorCode> = new Set([
  'disk-full',
  'read-only',
  'locked',
  'permission',
  'io',
]);

/** Trouble with the database; never a tenant's failure. The message names the file and says what helps. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly path: string;

  constructor(code: StoreErrorCode, path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreError';
    this.code = code;
    this.path = path;
  }

  /** Trying the same again later makes sense. */
  get passing(): boolean {
    return PASSING.has(this.code);
  }
}

/** Names any error of SQLite, of the file system or of ours; a StoreError stays what it is. */
export function storeError(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  return new StoreError(code, path, `${sentence(code, path)} (${detail})`, error);
}

export function movedAway(path: string): StoreError {
  return new StoreError('moved', path, sentence('moved', path));
}

function codeOf(error: unknown): StoreErrorCode {
  if (error instanceof Database.SqliteError) return sqliteCode(error.code);
  if (error instanceof TypeError && error.message.includes('database connection is not open'))
    return 'closed';
  if (error instanceof Error && 'code' in error) {
    switch (error.code) {
      case 'ENOSPC':
      case 'EDQUOT':
        return 'disk-full';
      case 'EROFS':
        return 'read-only';
      case 'EACCES':
      case 'EPERM':
        return 'permission';
      case 'ENOENT':
        return 'missing';
      case 'ENOTDIR':
      case 'ENAMETOOLONG':
      case 'ELOOP':
        return 'unusable-path';
      case 'EIO':
      case 'EFBIG':
      case 'EMFILE':
      case 'ENFILE':
        return 'io';
    }
  }
  return 'internal';
}

function sqliteCode(code: string): StoreErrorCode {
  if (code === 'SQLITE_READONLY_DBMOVED') return 'moved';
  if (code === 'SQLITE_NOTADB') return 'not-a-database';
  if (code === 'SQLITE_PERM' || code === 'SQLITE_AUTH') return 'permission';
  if (code.startsWith('SQLITE_CANTOPEN')) return 'permission';
  if (code.startsWith('SQLITE_FULL')) return 'disk-full';
  if (code.startsWith('SQLITE_READONLY')) return 'read-only';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED') || code === 'SQLITE_PROTOCOL')
    return 'locked';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_IOERR_CORRUPTFS') return 'corrupt';
  if (code.startsWith('SQLITE_IOERR') || code === 'SQLITE_NOLFS' || code === 'SQLITE_NOMEM') return 'io';
  return 'internal';
}

function sentence(code: StoreErrorCode, path: string): string {
  switch (code) {
    case 'disk-full':
      return `no space left for the database ${path}: free some, or lower store.maxSize`;
    case 'read-only':
      return `the database ${path} cannot be written: its file or file system is read-only`;
    case 'locked':
      return `the database ${path} is locked by another process`;
    case 'daemon-running':
      return `another daemon uses the database ${path}`;
    case 'corrupt':
      return `the database ${path} is damaged. ${wayOut(path)}`;
    case 'not-a-database':
      return `${path} is not a tenantwatch database: check store.path`;
    case 'newer-schema':
      return `the database ${path} was written by a newer tenantwatch: upgrade this one`;
    case 'older-schema':
      return `the database ${path} was written by an older tenantwatch`;
    case 'permission':
      return `no permission to open the database ${path} or to write beside it: run as the user that owns it, or copy it to a folder of yours`;
    case 'missing':
      return `there is no database at ${path}: "tenantwatch watch" makes it`;
    case 'unusable-path':
      return `no database can be at ${path}: check store.path`;
    case 'moved':
      return `the database ${path} was deleted or replaced while in use: restart tenantwatch`;
    case 'io':
      return `the database ${path} cannot be read or written: the disk fails, or a limit of file size or open files is reached`;
    case 'closed':
      return `the database ${path} is closed`;
    case 'internal':
      return `the database ${path} refused an operation`;
  }
}

/** The commands that get a damaged file back, or start anew without it. */
export function wayOut(path: string): string {
  const quoted = (file: string): string => `'${file.replaceAll("'", `'\\''`)}'`;
  const aside = quoted(`${path}.damaged`);
  return (
    `Stop tenantwatch and keep the damaged file: mv ${quoted(path)} ${aside}; ` +
    `mv ${quoted(`${path}-wal`)} ${quoted(`${path}.damaged-wal`)}; rm -f ${quoted(`${path}-shm`)}. ` +
    `Then restore a backup to ${quoted(path)}, or save what is readable (sqlite3 ${aside} .recover | sqlite3 ${quoted(path)}), ` +
    `or do neither and start with an empty history`
  );
}
