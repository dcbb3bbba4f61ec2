import { randomBytes } from 'node:crypto';
import { DAY_MS } from '../model/time.ts';
import { mintDischarge, mintMacaroon } from './macaroon.ts';

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

/** @param now wall clock, milliseconds since the epoch: the macaroons end a year later */
export function createTokens(now: number): Tokens {
  const expiresAt = now + 365 * DAY_MS;
  return {
    read: `FlyV1 ${mintMacaroon({ readOnly: true, expiresAt })},${mintDischarge()}`,
    write: `FlyV1 ${mintMacaroon({ readOnly: false, expiresAt })}`,
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
