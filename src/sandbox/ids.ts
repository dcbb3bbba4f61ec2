import { randomBytes, randomInt } from 'node:crypto';

/** Identifiers that look like Fly's, so that nobody comes to rely on a simpler shape. */
export interface Ids {
  readonly app: () => string;
  readonly machine: () => string;
  readonly release: () => string;
  readonly certificate: () => string;
  /** 26 characters of Crockford's base 32: 48 bits of time, 80 of chance. */
  readonly ulid: () => string;
  readonly privateAddress: () => string;
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BASE36 = 'abcdefghijklmnopqrstuvwxyz0123456789';

export function createIds(now: () => number): Ids {
  const machineId = (): string => randomBytes(7).toString('hex');
  return {
    app: () => text(16, BASE36),
    machine: machineId,
    release: () => text(21, BASE36),
    certificate: () => `cert_${text(12, BASE36)}`,
    ulid: () => ulid(now()),
    privateAddress: () =>
      `fdaa:0:${randomBytes(2).toString('hex')}:a7b:1:0:${randomBytes(2).toString('hex')}:2`,
  };
}

export function ulid(at: number): string {
  let time = '';
  for (let rest = at, digit = 0; digit < 10; digit += 1, rest = Math.floor(rest / 32))
    time = `${CROCKFORD.charAt(rest % 32)}${time}`;
  return time + text(16, CROCKFORD);
}

function text(length: number, alphabet: string): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
