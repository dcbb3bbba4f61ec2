import { randomBytes } from 'node:crypto';

/** What a macaroon of Fly's allows; as written in it, for whoever reads it. */
export interface MacaroonCaveats {
  readonly readOnly: boolean;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const ORGANIZATION = 0;
const VALIDITY_WINDOW = 4;
const ALL = 31;
const READ = 1;

type Packable = number | string | Uint8Array | boolean | readonly Packable[];

/** `fm2_…` in the form of superfly/macaroon, as `fly tokens create` makes them: readable by anybody, signed by nobody. */
export function mintMacaroon({ readOnly, expiresAt }: MacaroonCaveats): string {
  const organization = 4721;
  const caveats: readonly Packable[] = [
    ORGANIZATION,
    [organization, ALL],
    VALIDITY_WINDOW,
    [0, Math.floor(expiresAt / 1000)],
    ...(readOnly ? [ORGANIZATION, [organization, READ]] : []),
  ];
  return minted('https://api.fly.io/v1', caveats);
}

/** The second part of a bundle: proves who asks, restricts nothing. */
export function mintDischarge(): string {
  return minted('https://api.fly.io/aaa/v1', []);
}

function minted(location: string, caveats: readonly Packable[]): string {
  const nonce = [randomBytes(8), randomBytes(16), false];
  return `fm2_${pack([nonce, location, caveats, randomBytes(32)]).toString('base64')}`;
}

/** MessagePack of what a macaroon holds; every length here is below 256. */
function pack(value: Packable): Buffer {
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') {
    if (value < 0x80) return Buffer.from([value]);
    const bytes = Buffer.from([0xce, 0, 0, 0, 0]);
    bytes.writeUInt32BE(value, 1);
    return bytes;
  }
  if (typeof value === 'string')
    return Buffer.concat([Buffer.from([0xd9, value.length]), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from([0xc4, value.length]), value]);
  return Buffer.concat([Buffer.from([0x90 + value.length]), ...value.map(pack)]);
}
