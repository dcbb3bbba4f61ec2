import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ERRORS } from './api/route.ts';
import type { HttpContext } from './context.ts';
import { HttpError } from './errors.ts';

/**
 * `GET /sd` for Prometheus' http_sd_configs: the whole list each time. A list that is not known is an error, never an empty list:
 * Prometheus keeps its targets on the one and drops them on the other.
 */
export function serviceDiscoveryRoute(app: FastifyInstance, { fleet }: HttpContext): void {
  app.get(
    '/sd',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'discoverTargets',
        summary: "Every tenant as a target for Prometheus' http_sd_configs",
        tags: ['monitoring'],
        response: {
          200: z.array(z.object({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) })),
          ...ERRORS,
        },
      },
    },
    (_request, reply) => {
      if (!fleet.complete()) throw new HttpError('unavailable', 'The list of tenants is not known yet.');
      const groups = fleet.tenants().map(({ id, hostname, app: flyApp, labels }) => ({
        targets: [hostname],
        labels: {
          __meta_tenantwatch_tenant: id,
          __meta_tenantwatch_app: flyApp,
          ...Object.fromEntries(
            Object.entries(labels).map(([name, value]) => [
              `__meta_tenantwatch_label_${labelName(name)}`,
              value,
            ]),
          ),
        },
      }));
      return reply.send(groups);
    },
  );
}

/** What Prometheus takes for a label's name. */
function labelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_');
}
