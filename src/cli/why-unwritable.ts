import { codeOf } from '../config/why-unreadable.ts';

/** Why a file could not be written, as the end of a sentence that began with its name. */
export function whyUnwritable(error: unknown): string {
  const code = codeOf(error);
  return `cannot be written: ${WORDS[code] ?? code}`;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
};
