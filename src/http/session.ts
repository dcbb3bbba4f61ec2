import { createHmac, timingSafeEqual } from 'node:crypto';
import { DAY_MS } from '../model/time.ts';

/**
 * A session is a signed cookie, so that it survives a restart and costs no memory. Its key comes from the token that signed in:
 * a token that is taken out of the configuration, or changed, ends its sessions.
 */
export interface SessionKey {
  readonly name: string;
  /** SHA-256 of the token. */
  readonly digest: Buffer;
}

export const SESSION_MS = 7 * DAY_MS;

export function sessionCookie({ name, digest }: SessionKey, now: number): string {
  const claim = `${Buffer.from(name).toString('base64url')}.${(now + SESSION_MS).toString(36)}`;
  return `${claim}.${mac(digest, `session:${claim}`)}`;
}

/** The name and the moment that a cookie speaks of; whether it is true is for `isSessionOf` to say. */
export function readSessionCookie(
  cookie: string,
):
  | { readonly name: string; readonly claim: string; readonly mac: string; readonly expiresAt: number }
  | undefined {
  const [name, expiry, given, ...rest] = cookie.split('.');
  if (name === undefined || expiry === undefined || given === undefined || rest.length > 0) return undefined;
  const expiresAt = Number.parseInt(expiry, 36);
  if (!Number.isSafeInteger(expiresAt)) return undefined;
  return {
    name: Buffer.from(name, 'base64url').toString(),
    claim: `${name}.${expiry}`,
    mac: given,
    expiresAt,
  };
}

export function isSessionOf(
  { digest }: SessionKey,
  session: { readonly claim: string; readonly mac: string },
): boolean {
  return sameText(session.mac, mac(digest, `session:${session.claim}`));
}

/** What a form must send back, so that no other site can send it: bound to the cookie. */
export function csrfTokenFor(digest: Buffer, cookie: string): string {
  return mac(digest, `csrf:${cookie}`);
}

/** In constant time for texts of one length. */
export function sameText(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}

function mac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
