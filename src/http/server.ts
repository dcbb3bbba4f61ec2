import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance } from 'fastify';
import { guardRoutes, type RegisteredRoute } from './access.ts';
import { createActs } from './acts.ts';
import { apiRoutes } from './api/index.ts';
import { createAuth, type Auth } from './auth.ts';
import type { HttpContext } from './context.ts';
import { createEndedSessions } from './ended-sessions.ts';
import { answerError, HttpError, sendError } from './errors.ts';
import { healthRoutes } from './health.ts';
import { metricsRoute } from './metrics.ts';
import { describeApi } from './openapi.ts';
import { pages } from './pages/index.ts';
import { probeRoute } from './probe.ts';
import { serviceDiscoveryRoute } from './service-discovery.ts';
import { slackRoute } from './slack.ts';
import { answerBrokenRequest, answerUnroutable, boundConnections, TRANSPORT } from './transport.ts';

export interface HttpServer {
  /** Base URL, without a final slash. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface HttpApp {
  readonly app: FastifyInstance;
  readonly auth: Auth;
  /** Every route that was registered, with who may call it. */
  readonly routes: readonly RegisteredRoute[];
}

/** Bodies are small; a route that takes more says so. */
const BODY_LIMIT = 64 * 1024;

/** Starts serving on `server.listen`; rejects when the address cannot be had. */
export async function startHttp(context: HttpContext): Promise<HttpServer> {
  const { app } = await createApp(context);
  const { host, port } = context.config.server.listen;
  const url = await app.listen({ host, port });
  return {
    url,
    close: () => app.close(),
  };
}

/** The application without a socket, for tests and for the OpenAPI document. */
export async function createApp(context: HttpContext): Promise<HttpApp> {
  const { config, clock, logger } = context;
  const { publicUrl, publicRead, listen } = config.server;
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    ...TRANSPORT,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerUnroutable,
    routerOptions: { maxParamLength: 300 },
  });
  boundConnections(app.server);
  const auth = createAuth(config.server, clock, createEndedSessions(context.store.smallState, clock));
  app.setErrorHandler(answerError(logger));
  await app.register(cookie);
  await app.register(helmet, SECURITY_HEADERS);
  await app.register(rateLimit, {
    global: true,
    max: 1_200,
    timeWindow: 60_000,
    skipOnError: false,
    // Whoever guesses tokens behind the same proxy must not use up what a token's holder has.
    keyGenerator: (request) => {
      const principal = auth.authenticate(request);
      return principal === undefined ? request.ip : `${principal.via} ${principal.name} ${request.ip}`;
    },
  });
  const routes = guardRoutes(app, { auth, publicUrl, publicRead, listenHost: listen.host });
  // Nobody sends plain text; a form of another site could.
  app.removeContentTypeParser('text/plain');
  await describeApi(app, context.version);
  const acts = createActs(context);
  healthRoutes(app, context);
  metricsRoute(app, context);
  probeRoute(app, context);
  serviceDiscoveryRoute(app, context);
  await apiRoutes(app, context, acts);
  await slackRoute(app, context, acts);
  const nothingThere = pages(app, context, auth);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    request.headers.accept?.includes('text/html') === true
      ? nothingThere(request, reply)
      : sendError(reply, new HttpError('not-found')),
  );
  await app.ready();
  return { app, auth, routes };
}

/** Everything comes from here, nothing is inline, nobody frames us. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  // TLS, where there is any, ends before us: whoever ends it decides about HSTS.
  hsts: false,
} as const;
