import Fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config/index.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Logger } from '../model/logger.ts';
import type { Clock } from '../model/time.ts';
import type { Fleet } from '../monitor/fleet.ts';
import type { Tracker } from '../monitor/tracker.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Store } from '../store/index.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';

/** What the server shows and lets people do: the running daemon. */
export interface HttpContext {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fleet: Fleet;
  readonly tracker: Tracker;
  readonly scheduler: Scheduler;
  readonly store: Store;
  readonly metrics: Metrics;
}

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
