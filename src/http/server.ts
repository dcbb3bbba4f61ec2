import Fastify, { type FastifyInstance } from 'fastify';
import type { HttpContext } from './context.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';

export interface HttpServer {
  /** Base URL, without a final slash. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts serving on `server.listen`; rejects when the address cannot be had. */
export async function startHttp(context: HttpContext): Promise<HttpServer> {
  const app = createApp(context);
  const { host, port } = context.config.server.listen;
  const url = await app.listen({ host, port });
  return {
    url,
    close: () => app.close(),
  };
}

/** The application without a socket, for tests and for the OpenAPI document. */
export function createApp(context: HttpContext): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 64 * 1024, forceCloseConnections: true });
  healthRoutes(app, context);
  metricsRoutes(app, context);
  return app;
}
