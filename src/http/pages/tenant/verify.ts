import type { FastifyInstance } from 'fastify';
import { seeOther, type Pages } from '../page.tsx';
import { CHECK_LABELS } from '../words.ts';

/**
 * `POST /tenants/:id/verify`: one run, now. A form waits for it and goes back to the page; the script asks for
 * `text/event-stream` and reads each check as it is judged. One run of a tenant at a time, whoever asks.
 */
export function verifyRoute(app: FastifyInstance, { context }: Pages): void {
  const { fleet, scheduler, logger } = context;
  const running = new Map<string, ReturnType<typeof scheduler.verifyNow>>();

  app.post<{ Params: { id: string } }>(
    '/tenants/:id/verify',
    { config: { access: 'verify' } },
    async (request, reply) => {
      const tenant = fleet.tenant(request.params.id);
      if (tenant === undefined) return reply.code(404).type('text/plain').send('no such tenant\n');
      const back = `/tenants/${encodeURIComponent(tenant.id)}`;
      const streams = request.headers.accept === 'text/event-stream';
      const { raw } = reply;
      const say = (event: string, data: unknown): void => {
        if (streams && !raw.destroyed) raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      };
      if (streams) {
        reply.hijack();
        raw.writeHead(200, {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
        });
      }

      let run = running.get(tenant.id);
      if (run === undefined) {
        logger.info({ tenant: tenant.id, by: request.principal?.name }, 'verification asked for');
        run = scheduler.verifyNow(tenant.id, 'manual', ({ id, verdict, reason, summary, durationMs }) => {
          say('check', { id, label: CHECK_LABELS[id], verdict, reason, summary, durationMs });
        });
        running.set(tenant.id, run);
      }
      try {
        const result = await run;
        say('done', { verdict: result?.verdict ?? null });
      } finally {
        running.delete(tenant.id);
      }
      if (!streams) return seeOther(reply, back);
      raw.end();
      return reply;
    },
  );
}
