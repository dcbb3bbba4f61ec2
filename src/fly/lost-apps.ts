import { flyError } from './error.ts';

/** The names of all apps, over another call than the sweep's. */
export type AppNames = (signal: AbortSignal) => Promise<readonly string[]>;

/** Apps that are asked about one by one, or left unread, up to so many: more is an API in trouble. */
export const MAX_LOST_APPS = 10;

/**
 * GraphQL gives an app as null when one of its parts fails to resolve; the names of so many that `known` does not have. Rejects with
 * `incomplete` when they cannot be told, since only a complete sweep becomes an inventory.
 */
export async function lostApps(
  names: AppNames,
  known: { readonly has: (name: string) => boolean },
  lost: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (lost === 0) return [];
  if (lost > MAX_LOST_APPS) throw flyError('incomplete', `${lost} apps came as null`);
  const missing = (await names(signal)).filter((name) => !known.has(name));
  if (missing.length !== lost)
    throw flyError('incomplete', `${lost} apps came as null, ${missing.length} are missing by name`);
  return missing;
}
