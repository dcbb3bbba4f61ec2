import { whyUnreadable } from './why-unreadable.ts';

/** Where `${NAME}` and `${file:PATH}` are read from. */
export interface ValueSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a text file whose path is relative to the configuration's folder; throws when it cannot. */
  readonly readFile: (path: string) => string;
}

/** A reference leads nowhere. The message says which and what to do, and holds no value. */
export class UnresolvedReferenceError extends Error {
  override readonly name = 'UnresolvedReferenceError';
}

const REFERENCE = /\$\$\{|\$\{([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function hasReference(text: string): boolean {
  return text.search(REFERENCE) !== -1;
}

/** The text with its references replaced, once: what they bring in is not read again. `$${` stands for `${`. */
export function expand(text: string, sources: ValueSources): string {
  return text.replace(REFERENCE, (whole, reference: string | undefined) =>
    reference === undefined ? '${' : read(reference, whole, sources),
  );
}

function read(reference: string, whole: string, { env, readFile }: ValueSources): string {
  if (reference.startsWith('file:')) {
    const path = reference.slice('file:'.length);
    try {
      return readFile(path).replace(/\r?\n$/, '');
    } catch (error) {
      throw new UnresolvedReferenceError(`${whole}: the file ${whyUnreadable(error)}`);
    }
  }
  if (!VARIABLE.test(reference))
    throw new UnresolvedReferenceError(
      `${whole} must be \${NAME} of an environment variable, or \${file:PATH}`,
    );
  const value = env[reference];
  if (value === undefined)
    throw new UnresolvedReferenceError(`${whole}: the environment variable ${reference} is not set`);
  return value;
}
