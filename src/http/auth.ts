import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config, TokenScope } from '../config/index.ts';
import type { Clock } from '../model/time.ts';
import type { EndedSessions } from './ended-sessions.ts';
import { isLocal } from './peer.ts';
import type { Principal } from './principal.ts';
import {
  csrfTokenFor,
  isSessionOf,
  readSessionCookie,
  sameText,
  SESSION_MS,
  sessionCookie,
} from './session.ts';

export const SESSION_COOKIE = 'tenantwatch_session';
/** Where a browser without a session is sent; served by the pages. `?next=` is the path to return to. */
export const SIGN_IN_PATH = '/sign-in';

export type SignIn =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly reason: 'unknown-token' | 'no-read-scope' };

/** Who is asking, and browsers' sessions. */
export interface Auth {
  /** Without tokens only loopback peers are served, as `local` with every scope. */
  readonly hasTokens: boolean;
  readonly authenticate: (request: FastifyRequest) => Principal | undefined;
  /** Sets the session cookie when the token is one of ours and may read: without that there is no page to see. */
  readonly signIn: (request: FastifyRequest, reply: FastifyReply, token: string) => SignIn;
  /** Takes the cookie back, and its session with it: a copy of the cookie is worth nothing from then on. */
  readonly signOut: (request: FastifyRequest, reply: FastifyReply) => void;
  /** For the hidden field `csrf` of every form, or the header `x-csrf-token` of a script's request. */
  readonly csrfToken: (request: FastifyRequest) => string;
  /** Does the request bring the CSRF token where it needs one? A bearer token is proof enough. */
  readonly csrfFits: (request: FastifyRequest) => boolean;
}

interface KnownToken {
  readonly name: string;
  readonly digest: Buffer;
  readonly scopes: ReadonlySet<TokenScope>;
}

const EVERY_SCOPE: ReadonlySet<TokenScope> = new Set<TokenScope>(['read', 'verify', 'operate']);
const LOCAL: Principal = { name: 'local', scopes: EVERY_SCOPE, via: 'local' };

/** Reads the tokens once; only their digests stay in memory. */
export function createAuth(server: Config['server'], clock: Pick<Clock, 'now'>, ended: EndedSessions): Auth {
  const tokens: readonly KnownToken[] = server.tokens.map(({ name, token, scopes }) => ({
    name,
    digest: digestOf(token.reveal()),
    scopes: new Set(scopes),
  }));
  const localKey = randomBytes(32);
  const hasTokens = tokens.length > 0;

  /** Compares with every token, whether or not one fitted already: the time tells nothing. */
  const byToken = (text: string): KnownToken | undefined => {
    const digest = digestOf(text);
    let found: KnownToken | undefined;
    for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token;
    return found;
  };

  const bySession = (request: FastifyRequest): KnownToken | undefined => {
    const cookie = request.cookies[SESSION_COOKIE];
    const session = cookie === undefined ? undefined : readSessionCookie(cookie);
    if (session === undefined || session.expiresAt <= clock.now() || ended.has(session.mac)) return undefined;
    return tokens.find(
      (token) => token.name === session.name && mayLook(token) && isSessionOf(token, session),
    );
  };

  const csrfToken = (request: FastifyRequest): string => {
    const cookie = request.cookies[SESSION_COOKIE];
    const token = bySession(request);
    return token === undefined || cookie === undefined
      ? csrfTokenFor(localKey, 'local')
      : csrfTokenFor(token.digest, cookie);
  };

  return {
    hasTokens,
    csrfToken,
    authenticate: (request) => {
      if (!hasTokens) return isLocal(request) ? LOCAL : undefined;
      const given = bearerOf(request.headers.authorization);
      // Whoever shows a token is judged by it alone, not by a cookie beside it.
      if (given !== undefined) return principalOf(byToken(given), 'token');
      return principalOf(bySession(request), 'session');
    },
    signIn: (request, reply, text) => {
      const token = byToken(text);
      if (token === undefined) return { ok: false, reason: 'unknown-token' };
      if (!mayLook(token)) return { ok: false, reason: 'no-read-scope' };
      reply.setCookie(SESSION_COOKIE, sessionCookie(token, clock.now()), {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        secure: isBehindTls(request, server.publicUrl),
        maxAge: SESSION_MS / 1000,
      });
      return { ok: true, principal: { name: token.name, scopes: token.scopes, via: 'session' } };
    },
    signOut: (request, reply) => {
      const session = readSessionCookie(request.cookies[SESSION_COOKIE] ?? '');
      if (session !== undefined && bySession(request) !== undefined)
        ended.add(session.mac, session.expiresAt);
      reply.clearCookie(SESSION_COOKIE, { path: '/' });
    },
    csrfFits: (request) => {
      const { principal } = request;
      if (principal === null || principal.via === 'token') return true;
      // Without tokens a program on this machine needs no ceremony; a form is what another site can make a browser send.
      if (principal.via === 'local' && !isForm(request)) return true;
      const given = request.headers['x-csrf-token'] ?? fieldOf(request.body, 'csrf');
      return typeof given === 'string' && sameText(given, csrfToken(request));
    },
  };
}

/** Also after a reload that took the scope away: the session ends, instead of one that sees nothing. */
function mayLook({ scopes }: KnownToken): boolean {
  return scopes.has('read');
}

function principalOf(token: KnownToken | undefined, via: 'token' | 'session'): Principal | undefined {
  return token === undefined ? undefined : { name: token.name, scopes: token.scopes, via };
}

function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(header)?.[1] ?? '');
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A false `x-forwarded-proto` can only make the cookie stricter. */
function isBehindTls(request: FastifyRequest, publicUrl: string | null): boolean {
  if (request.headers['x-forwarded-proto'] === 'https') return true;
  if (publicUrl === null) return false;
  const { protocol, host } = new URL(publicUrl);
  return protocol === 'https:' && request.headers.host === host;
}

function isForm(request: FastifyRequest): boolean {
  return /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)/i.test(
    request.headers['content-type'] ?? '',
  );
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? (body as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
