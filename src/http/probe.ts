import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TenantResult } from '../model/diagnosis.ts';
import { SECOND_MS } from '../model/time.ts';
import { waitAtMost } from '../model/wait-at-most.ts';
import { requireTenant } from './api/known-tenant.ts';
import { ERRORS } from './api/route.ts';
import type { HttpContext } from './context.ts';
import { HttpError } from './errors.ts';
import { textAnswer } from './schemas/common.ts';

/** Prometheus gives up at its scrape timeout; an answer a little before that still counts. */
const MARGIN_MS = 500;
const DEFAULT_TIMEOUT_MS = 30 * SECOND_MS;
const RATE = { max: 1_200, timeWindow: 60_000 };

/**
 * `GET /probe?target=` for Prometheus, as blackbox_exporter does it: 200 with `probe_success 0` when the site does not work. Known tenants
 * only: a prober that goes wherever it is told is an SSRF service (CVE-2020-16248). A scrape wakes nobody: it is a scheduled run.
 */
export function probeRoute(app: FastifyInstance, context: HttpContext): void {
  const { fleet, platform, scheduler, metrics, clock } = context;
  const running = new Map<string, Promise<TenantResult | undefined>>();

  /** One run of a tenant at a time, however many ask. */
  const verify = (id: string): Promise<TenantResult | undefined> => {
    const current = running.get(id);
    if (current !== undefined) return current;
    const run = scheduler.verifyNow(id, 'schedule').finally(() => running.delete(id));
    running.set(id, run);
    return run;
  };

  app.get<{ Querystring: { target: string } }>(
    '/probe',
    {
      config: { access: 'read', rateLimit: RATE },
      schema: {
        operationId: 'probeTarget',
        summary: "Verifies a known tenant now and answers in blackbox_exporter's metrics",
        tags: ['monitoring'],
        querystring: z.object({ target: z.string().max(300).describe('Id, host name or app of a tenant.') }),
        response: {
          200: textAnswer('text/plain', 'Version 0.0.4 of the format.'),
          ...ERRORS,
        },
      },
    },
    async (request, reply) => {
      const tenant = requireTenant(request.query.target, fleet, platform);
      const startedMs = clock.monotonicMs();
      const patienceMs = timeoutOf(request.headers['x-prometheus-scrape-timeout-seconds']);
      // Null when there will be none, undefined when it is not there in time.
      const verified = verify(tenant.id).then((one) => one ?? null);
      const result = await waitAtMost(patienceMs, verified, clock);
      if (result === null) throw new HttpError('unavailable', 'The daemon stops, or the tenant is gone.');
      const durationMs = clock.monotonicMs() - startedMs;
      if (result === undefined)
        throw new HttpError('unavailable', 'The verification takes longer than the scrape may.');
      // What could not be told is not the tenant's fault: the last decided verdict stands.
      const { decided } = fleet.latest(tenant.id) ?? {};
      const success = decided === undefined ? undefined : decided !== 'fail';
      return reply.type(metrics.contentType).send(metrics.probe({ success, durationMs, result }));
    },
  );
}

function timeoutOf(header: string | string[] | undefined): number {
  const seconds = Number(header);
  if (header === undefined || !Number.isFinite(seconds) || seconds <= 0) return DEFAULT_TIMEOUT_MS;
  return Math.min(Math.max(seconds * SECOND_MS - MARGIN_MS, MARGIN_MS), 2 * DEFAULT_TIMEOUT_MS);
}
