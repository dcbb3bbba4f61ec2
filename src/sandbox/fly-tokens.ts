import { randomBytes } from 'node:crypto';

/** What a request's Authorization header amounts to. */
export type Access = 'none' | 'rejected' | 'read' | 'write';

export interface Tokens {
  /** A read-only macaroon, as `fly tokens create readonly` prints it: with the scheme in front. */
  readonly read: string;
  /** A macaroon that may change things. */
  readonly write: string;
  /** A personal access token: GraphQL takes it, the Machines API does not. */
  readonly personal: string;
}

export function createTokens(): Tokens {
  const secret = (): string => randomBytes(24).toString('base64');
  return {
    read: `FlyV1 fm2_${secret()},fm2_${secret()}`,
    write: `FlyV1 fm2_${secret()}`,
    personal: randomBytes(20).toString('base64url'),
  };
}

/** Macaroons come as `FlyV1 fm2_…[,fm2_…]`, personal tokens as `Bearer …`; the wrong scheme is a bad token. */
export function accessOf(header: string | undefined, tokens: Tokens, api: 'graphql' | 'machines'): Access {
  if (header === undefined) return 'none';
  if (header === tokens.read) return 'read';
  if (header === tokens.write) return 'write';
  return api === 'graphql' && header === `Bearer ${tokens.personal}` ? 'write' : 'rejected';
}
