import Database from 'better-sqlite3';
import { rmSync, closeSync, fsyncSync, openSync, realpathSync, renameSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreError, storeError } from './error.ts';
import { createPrivate } from './files.ts';

export interface BackupOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (pagesDone: number, pagesTotal: number) => void;
}

/** One megabyte between two looks at the event loop. */
const PAGES_A_STEP = 256;

/**
 * Copies the database as it is at this moment. A connection of its own holds one read transaction over all steps:
 * without it, every write of another process would make SQLite begin again, and under a busy daemon it would never end.
 */
export async function backupDatabase(path: string, file: string, options: BackupOptions = {}): Promise<void> {
  const target = resolve(file);
  if (target === resolve(path) || target === realpathSync(path))
    throw new StoreError('internal', target, `a backup cannot replace the database itself: ${target}`);
  const partial = `${target}.partial`;
  const source = openSource(path);
  try {
    rmSync(partial, { force: true });
    createPrivate(partial);
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    await source.backup(partial, {
      progress: ({ totalPages, remainingPages }) => {
        options.onProgress?.(totalPages - remainingPages, totalPages);
        options.signal?.throwIfAborted();
        return PAGES_A_STEP;
      },
    });
    readableAnywhere(partial);
    flush(partial);
    renameSync(partial, target);
    flush(dirname(target));
  } catch (error) {
    rmSync(partial, { force: true });
    for (const beside of ['-journal', '-wal', '-shm']) rmSync(`${partial}${beside}`, { force: true });
    if (options.signal?.aborted === true) throw error;
    throw storeError(error, target);
  } finally {
    source.close();
  }
}

function openSource(path: string): Database.Database {
  try {
    return new Database(path, { readonly: true, fileMustExist: true });
  } catch (error) {
    throw storeError(error, path);
  }
}

/** In the mode of the original a file can be read only where SQLite may write beside it: not on media that are read-only. */
function readableAnywhere(file: string): void {
  const copy = new Database(file, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

/** A backup that is reported as made is on disk. */
function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
