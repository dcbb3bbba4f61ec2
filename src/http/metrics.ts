import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HttpContext } from './context.ts';

/** `GET /metrics`. Scrapes that come while one is rendered share it: two Prometheus servers cost no more than one. */
export function metricsRoute(app: FastifyInstance, { metrics }: HttpContext): void {
  let rendering: Promise<string> | undefined;
  app.get(
    '/metrics',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'getMetrics',
        summary: 'Metrics in the text exposition format of Prometheus',
        tags: ['monitoring'],
        response: { 200: z.string().describe('text/plain; version=0.0.4') },
      },
    },
    async (_request, reply) => {
      rendering ??= metrics.render().finally(() => {
        rendering = undefined;
      });
      return reply.type(metrics.contentType).send(await rendering);
    },
  );
}
