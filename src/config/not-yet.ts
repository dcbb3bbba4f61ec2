import { isDeepStrictEqual } from 'node:util';
import type { KeyPath } from './error.ts';
import { valueAt } from './tree.ts';

/**
 * Keys that are accepted at their documented default and refused at any other value, because nothing acts on them yet: a
 * setting that is silently ignored is worse than one that is missing. Taking a key from this list is all it takes to allow it.
 */
const NOT_YET: readonly string[] = ['alerts.watchdog'];

/** Both trees are effective inputs; the second is that of an empty file. */
export function notYetProblems(
  tree: unknown,
  defaults: unknown,
  notYet: readonly string[] = NOT_YET,
): readonly { readonly path: KeyPath; readonly message: string }[] {
  return notYet
    .map((key) => key.split('.'))
    .filter((path) => !isDeepStrictEqual(valueAt(tree, path), valueAt(defaults, path)))
    .map((path) => ({
      path,
      message: `is not acted on yet: only its default, ${JSON.stringify(valueAt(defaults, path))}, is accepted`,
    }));
}
