import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Auth } from './auth.ts';
import { SIGN_IN_PATH } from './auth.ts';
import { HttpError } from './errors.ts';
import { hosts, isLocal, isOurHost, isOwnOrigin } from './peer.ts';
import type { Access, Principal } from './principal.ts';

export interface AccessOptions {
  readonly auth: Auth;
  readonly publicUrl: string | null;
  readonly publicRead: boolean;
  /** The address that we listen on: one of our names. */
  readonly listenHost: string;
}

/** One route as it was registered: what the tests of access and of the OpenAPI document compare with. */
export interface RegisteredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const PUBLIC: Principal = { name: 'public', scopes: new Set(['read']), via: 'public' };

/**
 * Stands before every route. A route that does not say who may call it cannot be registered. Must be called before any route;
 * returns the list of routes, which grows as they are registered.
 */
export function guardRoutes(app: FastifyInstance, options: AccessOptions): readonly RegisteredRoute[] {
  const { auth, publicUrl, publicRead } = options;
  const names = new Set([options.listenHost, ...(publicUrl === null ? [] : [new URL(publicUrl).hostname])]);
  const routes: RegisteredRoute[] = [];

  app.addHook('onRoute', ({ method, url, config }) => {
    const access = config?.access;
    if (access === undefined)
      throw new Error(`the route ${String(method)} ${url} does not say who may call it`);
    for (const one of [method].flat()) routes.push({ method: one, url, access });
  });

  app.decorateRequest('principal', null);

  // Before anything is read: may this peer, under this name, from this page, speak to us at all?
  app.addHook('onRequest', (request, _reply, done) => {
    done(
      hosts(request) > 1 ? new HttpError('bad-request', 'The request names two hosts.') : refusal(request),
    );
  });

  const refusal = (request: FastifyRequest): HttpError | undefined => {
    const { access } = request.routeOptions.config;
    if (access === 'public' && SAFE_METHODS.has(request.method)) return undefined;
    if (access === 'signed') return undefined;
    if (!auth.hasTokens && !isLocal(request)) return new HttpError('loopback-only');
    // A bearer token cannot be borrowed by another site, a cookie or our trust in loopback can.
    const bearer = request.headers.authorization !== undefined && auth.hasTokens;
    if (!bearer && !isOurHost(request.headers.host, names)) return new HttpError('unknown-host');
    if (!SAFE_METHODS.has(request.method) && !isOwnOrigin(request, publicUrl))
      return new HttpError('foreign-origin');
    return undefined;
  };

  // After the rate limit, which counts in onRequest, so that guessing tokens is limited; before the body is parsed.
  app.addHook('preParsing', async (request, reply) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public' || access === 'signed') return;
    const needed = access === 'page' ? 'read' : access;
    const principal = auth.authenticate(request) ?? (access === 'page' && publicRead ? PUBLIC : undefined);
    if (principal === undefined) {
      if (access === 'page') return sendToSignIn(request, reply);
      throw new HttpError('unauthenticated');
    }
    if (!principal.scopes.has(needed)) throw new HttpError('forbidden', `This needs the scope ${needed}.`);
    request.principal = principal;
  });

  app.addHook('preHandler', (request, _reply, done) => {
    const safe = SAFE_METHODS.has(request.method);
    done(safe || auth.csrfFits(request) ? undefined : new HttpError('csrf-token'));
  });
  return routes;
}

/**
 * A browser that follows a link from Slack leaves its SameSite=Strict cookie at home. One page of ours that loads the same
 * address again makes the second request our own.
 */
function sendToSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('cache-control', 'no-store');
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    return reply
      .type('text/html; charset=utf-8')
      .send(
        '<!doctype html><html lang="en"><meta http-equiv="refresh" content="0"><title>tenantwatch</title></html>',
      );
  }
  return reply.redirect(`${SIGN_IN_PATH}?next=${encodeURIComponent(request.url)}`, 303);
}
