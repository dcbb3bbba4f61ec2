/** The files that a scan reads: everything below a folder but what git ignores, bounded on trees of any size. */
import type { Dirent } from 'node:fs';
import { access, open, readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore from 'ignore';
import type { Ignore } from 'ignore';
import { MAX_SOURCE_LENGTH } from '../guard/scan/scan-text.ts';

export interface WalkLimits {
  /** Directory entries looked at, files and folders. */
  readonly maxEntries: number;
  /** Files above this size are nobody's deploy script; bytes. */
  readonly maxFileBytes: number;
  readonly maxDepth: number;
}

export const WALK_LIMITS: WalkLimits = { maxEntries: 200_000, maxFileBytes: MAX_SOURCE_LENGTH, maxDepth: 64 };

export interface SourceFile {
  /** Relative to the folder that was asked for, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** How a walk ended: what was left out is never silent. */
export interface WalkEnd {
  readonly files: number;
  /** A limit ended the walk early. */
  readonly truncated: boolean;
  /** Files and folders that could not be read, relative; at most 20. */
  readonly unreadable: readonly string[];
}

/** Folders that hold no source of their own, whether or not git ignores them. */
const NEVER = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  'target',
  '.terraform',
  '.venv',
  '__pycache__',
]);
const MAX_PARENTS = 32;
const MAX_UNREADABLE = 20;

interface Rules {
  readonly folder: string;
  readonly matcher: Ignore;
}

/**
 * Yields text files in the order of their paths and returns how the walk ended. Symbolic links are not followed; files with a NUL byte
 * are not text. Rejects when the folder itself cannot be read.
 */
export async function* walkSources(
  root: string,
  limits: WalkLimits = WALK_LIMITS,
): AsyncGenerator<SourceFile, WalkEnd> {
  const folder = resolve(root);
  const unreadable: string[] = [];
  let entries = 0;
  let files = 0;
  let truncated = false;
  const shown = (path: string): string => relative(folder, path).split(sep).join('/');
  const note = (path: string): void => {
    if (unreadable.length < MAX_UNREADABLE) unreadable.push(shown(path));
  };

  await readdir(folder);
  // A stack instead of recursion: the depth of a tree is not ours to choose.
  const stack: {
    readonly path: string;
    readonly entry: Dirent | null;
    readonly rules: readonly Rules[];
    readonly depth: number;
  }[] = [{ path: folder, entry: null, rules: await rulesAbove(folder), depth: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { path, entry, depth } = next;
    if (entry?.isFile() === true) {
      const text = await textOf(path, limits.maxFileBytes).catch(() => undefined);
      if (text === undefined) note(path);
      else if (text !== null) {
        files += 1;
        yield { path: shown(path), text };
      }
      continue;
    }
    const children = await readdir(path, { withFileTypes: true }).catch(() => null);
    if (children === null) {
      note(path);
      continue;
    }
    const rules = children.some(({ name }) => name === '.gitignore')
      ? await withRules(next.rules, path)
      : next.rules;
    for (const child of children.toSorted((a, b) => (a.name < b.name ? 1 : -1))) {
      if (!child.isFile() && !child.isDirectory()) continue;
      if (entries >= limits.maxEntries || depth >= limits.maxDepth) {
        truncated = true;
        break;
      }
      entries += 1;
      const childPath = join(path, child.name);
      if (child.isDirectory() && NEVER.has(child.name)) continue;
      if (!isIgnored(childPath, child.isDirectory(), rules))
        stack.push({ path: childPath, entry: child, rules, depth: depth + 1 });
    }
  }
  return { files, truncated, unreadable };
}

/** The rules of the repository that the folder lies in, from its root down; none outside of one. */
async function rulesAbove(folder: string): Promise<readonly Rules[]> {
  const folders: string[] = [];
  let at = folder;
  for (let level = 0; level < MAX_PARENTS; level += 1) {
    const isRoot = await access(join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (isRoot) {
      // The weakest of all: what somebody ignores in this clone alone (gitignore(5)).
      let rules = await withRules([], at, join('.git', 'info', 'exclude'));
      for (const each of folders.toReversed()) rules = await withRules(rules, each);
      return rules;
    }
    const parent = dirname(at);
    if (parent === at) return [];
    at = parent;
    folders.push(at);
  }
  return [];
}

async function withRules(
  rules: readonly Rules[],
  folder: string,
  file = '.gitignore',
): Promise<readonly Rules[]> {
  const text = await readFile(join(folder, file), 'utf8').catch(() => null);
  return text === null ? rules : [...rules, { folder, matcher: ignore().add(text) }];
}

/** The deepest file of rules that says anything decides, as git does it. */
function isIgnored(path: string, isFolder: boolean, rules: readonly Rules[]): boolean {
  for (const { folder, matcher } of rules.toReversed()) {
    const name = relative(folder, path).split(sep).join('/') + (isFolder ? '/' : '');
    const { ignored, unignored } = matcher.test(name);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** Null for what is too large or no text. */
async function textOf(path: string, maxBytes: number): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > maxBytes) return null;
    const content = await file.readFile();
    return content.includes(0) ? null : content.toString('utf8');
  } finally {
    await file.close();
  }
}
