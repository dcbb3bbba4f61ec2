import { isAppName, isHostname } from '../../model/hostname.ts';
import { UsageError } from '../usage-error.ts';

/** A value that `init` must know, and how it comes to know it. */
export interface Question {
  /** For people: `domain of the platform`. */
  readonly what: string;
  readonly flag: string;
  readonly given: string | undefined;
  /** What was found out; several: somebody has to choose. */
  readonly found: readonly string[];
  readonly fits: (value: string) => boolean;
  /** What would be right. */
  readonly must: string;
}

export const FITS = {
  org: { fits: isAppName, must: 'the slug of an organization: lower-case letters, digits and hyphens' },
  domain: { fits: isHostname, must: 'a host name such as example.com' },
  app: { fits: isAppName, must: 'the name of a Fly app: lower-case letters, digits and hyphens' },
} as const;

const MAX_TRIES = 3;

/**
 * The flag, else what somebody says on the terminal (what was found is proposed), else what was found if it is one thing. Throws a UsageError that
 * names the flag.
 */
export async function answer(
  { what, flag, given, found, fits, must }: Question,
  ask: ((question: string) => Promise<string>) | null,
): Promise<string> {
  if (given !== undefined) {
    if (fits(given)) return given;
    throw new UsageError(`${flag} must be ${must}`);
  }
  const [first] = found;
  if (ask !== null) {
    const proposed = first === undefined ? '' : ` [${first}]`;
    const others = found.length > 1 ? ` (found: ${found.join(', ')})` : '';
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const said = (await ask(`${what}${others}${proposed}: `)).trim() || (first ?? '');
      if (fits(said)) return said;
    }
    throw new UsageError(`the ${what} must be ${must}`);
  }
  if (first !== undefined && found.length === 1) return first;
  throw new UsageError(
    first === undefined
      ? `the ${what} could not be found out: say it with ${flag}`
      : `there are several: which is the ${what}? ${flag} ${found.join(` or ${flag} `)}`,
  );
}
