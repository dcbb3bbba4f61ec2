import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './context.ts';

export function metricsRoutes(app: FastifyInstance, { metrics }: HttpContext): void {
  app.get('/metrics', { config: { access: 'read' } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.render()),
  );
}
