/** Prefixes of macaroon tokens: root and attenuated ones of both formats. */
const MACAROON = /^(?:fm1r|fm1a|fm2)_/;
const PRINTED_PREFIX = /^(?:FlyV1|Bearer)\s+/i;

export interface FlyToken {
  readonly kind: 'macaroon' | 'bearer';
  /** Value of the `Authorization` header. */
  readonly authorization: string;
  /** Comma-separated, without the scheme. */
  readonly value: string;
  /** Takes the token out of a text, should a server have echoed it. */
  readonly redact: (text: string) => string;
}

/**
 * Reads a token as people have it: alone, in a comma-separated bundle, or as `fly tokens create` prints it, scheme
 * included. Null when there is none, or when it holds characters that no header may carry.
 */
export function readToken(text: string | null): FlyToken | null {
  let rest = (text ?? '').trim();
  while (PRINTED_PREFIX.test(rest)) rest = rest.replace(PRINTED_PREFIX, '');
  const parts = rest
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0 || parts.some((part) => !/^[\x21-\x7e]+$/.test(part))) return null;
  const kind = parts.some((part) => MACAROON.test(part)) ? 'macaroon' : 'bearer';
  const value = parts.join(',');
  const secrets = [value, ...parts, ...parts.map((part) => part.replace(MACAROON, ''))].filter(
    (secret) => secret.length >= 4,
  );
  return {
    kind,
    value,
    authorization: `${kind === 'macaroon' ? 'FlyV1' : 'Bearer'} ${value}`,
    redact: (subject) => secrets.reduce((left, secret) => left.replaceAll(secret, '[token]'), subject),
  };
}
