import { SECOND_MS } from '../model/time.ts';
import { unpack, type Packed } from './msgpack.ts';

/** What a bundle of macaroons says of itself. Nothing is verified: that it is accepted only the API can tell. */
export interface MacaroonLimits {
  /** May it only read? Null: its restrictions are of kinds that do not tell. */
  readonly readOnly: boolean | null;
  /** The first end of any of its parts, milliseconds since the epoch; null: none is written in it, or it cannot be read. */
  readonly expiresAt: number | null;
}

const UNKNOWN: MacaroonLimits = { readOnly: null, expiresAt: null };

/** Types of caveats and bits of an action: superfly/macaroon, caveat.go and resset/action.go. */
const ORGANIZATION = 0;
const VALIDITY_WINDOW = 4;
const THIRD_PARTY = 11;
const READ = 1;
/** Where a token that grants something comes from; the others of a bundle prove who asks (flyio/flyio.go). */
const PERMISSION_LOCATION = 'https://api.fly.io/v1';
const MAX_PART_LENGTH = 16_384;

interface Macaroon {
  readonly location: string;
  readonly caveats: readonly { readonly type: number; readonly body: Packed }[];
}

/**
 * Reads the caveats of each `fm…_` part: MessagePack in base64, `[nonce, location, [type, body, …], tail]`. A read-only token is one whose
 * organization caveats leave the action `r` alone (`fly tokens create readonly` adds such a one).
 */
export function readMacaroons(tokens: string): MacaroonLimits {
  const parts = tokens.split(',').map((part) => /^(?:fm1r|fm1a|fm2)_(.+)$/.exec(part.trim())?.[1]);
  const macaroons = parts.map((part) => (part === undefined ? null : decode(part)));
  if (macaroons.length === 0 || macaroons.includes(null)) return UNKNOWN;
  const read = macaroons.filter((macaroon) => macaroon !== null);
  const permissions = read.filter(({ location }) => location === PERMISSION_LOCATION);
  const ends = read.flatMap(({ caveats }) => caveats.flatMap(endOf));
  return {
    readOnly: permissions.length === 0 ? null : worst(permissions.map(isReadOnly)),
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
  };
}

function decode(part: string): Macaroon | null {
  if (part.length > MAX_PART_LENGTH) return null;
  let packed: Packed;
  try {
    packed = unpack(Buffer.from(part, 'base64'));
  } catch {
    return null;
  }
  if (!isList(packed)) return null;
  const [, location, flat] = packed;
  if (typeof location !== 'string' || flat === undefined || !isList(flat) || flat.length % 2 !== 0)
    return null;
  const caveats = flat.flatMap((type, index) =>
    index % 2 === 0 ? [{ type: Number(type), body: flat[index + 1] ?? null }] : [],
  );
  return { location, caveats };
}

/** All caveats must hold: one that allows reading only decides. Others than these may restrict it, too, in ways of their own. */
function isReadOnly({ caveats }: Macaroon): boolean | null {
  const masks = caveats.flatMap(({ type, body }) => {
    const mask = type === ORGANIZATION && isList(body) ? body[1] : undefined;
    return typeof mask === 'number' ? [mask] : [];
  });
  if (masks.length > 0 && masks.reduce((left, mask) => left & mask, 0xffff) === READ) return true;
  const plain = caveats.every(({ type }) => [ORGANIZATION, VALIDITY_WINDOW, THIRD_PARTY].includes(type));
  return masks.length > 0 && plain ? false : null;
}

function worst(each: readonly (boolean | null)[]): boolean | null {
  if (each.includes(false)) return false;
  return each.includes(null) ? null : true;
}

function endOf({ type, body }: Macaroon['caveats'][number]): readonly number[] {
  if (type !== VALIDITY_WINDOW || !isList(body)) return [];
  const notAfter = Number(body[1]);
  return Number.isSafeInteger(notAfter) && notAfter > 0 ? [notAfter * SECOND_MS] : [];
}

function isList(value: Packed): value is readonly Packed[] {
  return Array.isArray(value);
}
