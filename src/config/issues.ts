import type { z } from 'zod';
import { closest } from './closest.ts';
import { formatKey, type KeyPath } from './error.ts';
import { otherPlaces } from './overrides.ts';
import { valueAt } from './tree.ts';

export interface KeyProblem {
  readonly path: KeyPath;
  readonly message: string;
}

/** What the schema says, in words for people: one message for each key, unknown keys with the one that was probably meant. */
export function keyProblems(
  found: readonly z.core.$ZodIssue[],
  base: KeyPath,
  tree: unknown,
  keysAt: ReadonlyMap<string, readonly string[]>,
): readonly KeyProblem[] {
  const problems = found.flatMap((issue): readonly KeyProblem[] => {
    const path: KeyPath = [
      ...base,
      ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
    ];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownKey(path, key, keysAt.get(formatKey(path)) ?? []));
    if (issue.code === 'invalid_key') return [{ path, message: issue.issues[0]?.message ?? issue.message }];
    if (issue.code === 'invalid_union') {
      // The branch that the value was meant for complains about something inside it; the others about its kind.
      const meant = issue.errors.find((branch) =>
        branch.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
      );
      if (meant !== undefined && meant.length > 0) return keyProblems(meant, path, tree, keysAt);
    }
    const value = valueAt(tree, path);
    const message = ownWords(issue);
    return [{ path, message: value === undefined ? `is required: ${message}${otherPlaces(path)}` : message }];
  });
  const seen = new Set<string>();
  return problems.filter(({ path, message }) => {
    // Several rules may refuse one value; the first says enough.
    const key = message.startsWith('unknown key') ? `${formatKey(path)} ${message}` : formatKey(path);
    return !seen.has(key) && seen.add(key);
  });
}

export function unknownKey(path: KeyPath, key: string, known: readonly string[]): KeyProblem {
  const meant = closest(key, known);
  const hint =
    meant !== undefined
      ? `did you mean ${meant}?`
      : known.length > 0
        ? `known here: ${known.join(', ')}`
        : '';
  return { path: [...path, key], message: hint === '' ? 'unknown key' : `unknown key; ${hint}` };
}

/** zod's own messages, where the schema has none. */
function ownWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.origin === 'array' && issue.message.startsWith('Too small'))
    return 'must not be empty';
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input'))
    return issue.expected === 'array' ? 'must be a list' : 'must hold keys and values';
  return issue.message;
}
