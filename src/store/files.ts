import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { StoreError, storeError } from './error.ts';

const OWNER_ONLY = 0o600;

/**
 * Makes folder and file for their owner only. The file is never opened here when it is there: closing it would drop
 * SQLite's locks in this process.
 */
export function prepareFile(path: string): void {
  try {
    makeFolder(dirname(path));
    const found = lookAt(path);
    if (found === undefined) createPrivate(path);
    else requireRegular(path, found);
  } catch (error) {
    throw storeError(error, path);
  }
}

/**
 * Makes the folder and what is missing above it. One by one: where a file system takes no folders, as /proc, Node's own recursive
 * mkdir never ends.
 */
function makeFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  if (found !== undefined) throw Object.assign(new Error(`${folder} is no folder`), { code: 'ENOTDIR' });
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been quicker.
    if (existsSync(folder)) return;
    // What is above it is there, so it is not that something is missing.
    throw codeOf(error) === 'ENOENT'
      ? Object.assign(new Error(`a folder ${folder} cannot be made`), { code: 'ENOTDIR' })
      : error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** For a database that is ours. SQLite gives -wal and -shm the mode of the file, so it must be right before they exist. */
export function restrictToOwner(path: string): void {
  try {
    for (const file of [path, `${path}-wal`, `${path}-shm`]) restrict(file);
  } catch (error) {
    throw storeError(error, path);
  }
}

/** Creates an empty file that only its owner may touch; fails when there is one. */
export function createPrivate(path: string): void {
  closeSync(openSync(path, 'wx', OWNER_ONLY));
}

/** An error that says more than SQLite's "unable to open database file". */
export function requireFile(path: string): void {
  const found = lookAt(path);
  if (found === undefined)
    throw storeError(Object.assign(new Error('no such file'), { code: 'ENOENT' }), path);
  requireRegular(path, found);
}

/** SQLite wants to write beside a database that nobody has open, even to read it; where it may not, what helps is another than usual. */
export function whyUnreadable(error: StoreError): StoreError {
  if (error.code !== 'permission' && error.code !== 'read-only') return error;
  const { path } = error;
  try {
    accessSync(dirname(path), constants.W_OK);
    return error;
  } catch (reason) {
    if (codeOf(reason) !== 'EROFS') return error;
    return new StoreError(
      'read-only',
      path,
      `the database ${path} is on a read-only file system, and no daemon has it open there: copy it, with ${path}-wal if that is ` +
        'there, to a folder that can be written, and name the copy with --store; what "tenantwatch backup" makes can be read anywhere',
      error,
    );
  }
}

function requireRegular(path: string, found: Stats): void {
  if (found.isFile()) return;
  const what = found.isDirectory() ? 'a folder' : 'no regular file';
  throw new StoreError('not-a-database', path, `${path} is ${what}: check store.path`);
}

/** Tells the file that is at this path now from one that was there before. */
export function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.dev}:${found.ino}`;
}

/** Size of the file in bytes, 0 when there is none. */
export function fileBytes(path: string): number {
  return lookAt(path)?.size ?? 0;
}

function restrict(path: string): void {
  const found = lookAt(path);
  if (found === undefined || (found.mode & 0o077) === 0) return;
  // Someone else's file stays as it is: opening it says what is wrong.
  if (found.uid === process.getuid?.()) chmodSync(path, OWNER_ONLY);
}

function lookAt(path: string): Stats | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  // A dangling link is a mistake to report, not a place to create a file.
  if (found === undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new StoreError('missing', path, `${path} is a link that leads nowhere`);
  return found;
}
