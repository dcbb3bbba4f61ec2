import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './context.ts';
import { ERRORS } from './api/route.ts';
import { textAnswer } from './schemas/common.ts';

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
        response: { 200: textAnswer('text/plain', 'Version 0.0.4 of the format.'), ...ERRORS },
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
