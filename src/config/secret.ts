/**
 * A value that must not be seen. It is read from its source (the environment, a file, or the configuration itself) only when
 * `reveal` is called, so that a command that does not use it needs neither to have it nor to risk it.
 */
export interface Secret {
  /** The value. Throws SecretError when its source is missing or it does not look as it should. */
  readonly reveal: () => string;
  /** Where it comes from, safe to show: `${NAME}`, `${file:/run/secrets/x}`, or `(hidden)` for one that stands in the file. */
  readonly source: string;
  /** What printing, logging and JSON show. */
  readonly toJSON: () => string;
  readonly toString: () => string;
  readonly [isSecretSymbol]: true;
}

const isSecretSymbol: unique symbol = Symbol('secret');

const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');

/** A secret's source is missing. The message names the source, never a value. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

export function createSecret(source: string, read: () => string): Secret {
  let value: string | undefined;
  const shown = (): string => source;
  const secret = {
    reveal: () => (value ??= read()),
    source,
    toJSON: shown,
    toString: shown,
    [isSecretSymbol]: true as const,
    [inspectSymbol]: shown,
  };
  // The value lives in the closure only: no property, however enumerated, holds it.
  return Object.freeze(secret);
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && isSecretSymbol in value;
}
