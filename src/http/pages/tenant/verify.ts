import type { FastifyInstance } from 'fastify';
import type { CheckResult } from '../../../model/check.ts';
import type { TenantResult } from '../../../model/diagnosis.ts';
import { seeOther, type Pages } from '../page.tsx';
import { CHECK_LABELS } from '../words.ts';

interface RunUnderWay {
  readonly result: Promise<TenantResult | undefined>;
  /** What was judged so far, for who comes later. */
  readonly judged: CheckResult[];
  readonly listeners: Set<(check: CheckResult) => void>;
}

/**
 * `POST /tenants/:id/verify`: one run, now. A form waits for it and goes back to the page; the script asks for
 * `text/event-stream` and reads each check as it is judged. One run of a tenant at a time: whoever asks meanwhile follows that one.
 */
export function verifyRoute(app: FastifyInstance, { context }: Pages): void {
  const { fleet, scheduler, logger } = context;
  const underWay = new Map<string, RunUnderWay>();

  const begin = (tenant: string, by: string | undefined): RunUnderWay => {
    logger.info({ tenant, by }, 'verification asked for');
    const judged: CheckResult[] = [];
    const listeners = new Set<(check: CheckResult) => void>();
    const result = scheduler
      .verifyNow(tenant, 'manual', (check) => {
        judged.push(check);
        for (const listener of listeners) listener(check);
      })
      .finally(() => underWay.delete(tenant));
    const run = { result, judged, listeners };
    underWay.set(tenant, run);
    return run;
  };

  app.post<{ Params: { id: string } }>(
    '/tenants/:id/verify',
    { config: { access: 'verify' } },
    async (request, reply) => {
      const tenant = fleet.tenant(request.params.id);
      if (tenant === undefined) return reply.code(404).type('text/plain').send('no such tenant\n');
      const { result, judged, listeners } =
        underWay.get(tenant.id) ?? begin(tenant.id, request.principal?.name);
      if (request.headers.accept !== 'text/event-stream') {
        await result;
        return seeOther(reply, `/tenants/${encodeURIComponent(tenant.id)}`);
      }
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      const say = (event: string, data: unknown): void => {
        if (!raw.destroyed) raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      };
      const tell = ({ id, verdict, reason, summary, durationMs }: CheckResult): void => {
        say('check', { id, label: CHECK_LABELS[id], verdict, reason, summary, durationMs });
      };
      for (const check of judged) tell(check);
      listeners.add(tell);
      const verdict = await result.then(
        (ended) => ended?.verdict ?? null,
        () => null,
      );
      listeners.delete(tell);
      say('done', { verdict });
      raw.end();
      return reply;
    },
  );
}
