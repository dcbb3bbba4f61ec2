import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CheckResult } from '../../model/check.ts';
import type { TenantResult } from '../../model/diagnosis.ts';
import { HttpError } from '../errors.ts';
import type { Verification, VerificationEvent } from '../verifications.ts';

const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 200;
/** Who reads slower than this is let go, and may come back: everything is told again. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** Tells one reader of a verification. */
export type StreamEvents = (verification: Verification, reply: FastifyReply) => void;

/** Streams of one server; they end with it. */
export function createEventStreams(
  app: Pick<FastifyInstance, 'addHook'>,
  statusOf: (verification: Verification) => object,
): StreamEvents {
  const streams = new Set<() => void>();
  app.addHook('preClose', (done) => {
    for (const end of streams) end();
    done();
  });

  return (verification, reply) => {
    if (streams.size >= MAX_STREAMS)
      throw new HttpError('rate-limited', 'Too many are listening; ask again.');
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });

    const send = (event: string, data: object): void => {
      raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (raw.writableLength > MAX_UNREAD_BYTES) end();
    };
    const sendCheck = (tenant: string, check: CheckResult): void => {
      send('check', { tenant, check });
    };
    const sendTenant = (result: TenantResult): void => {
      const { tenant, hostname, verdict, diagnosis, explainedBy } = result;
      send('tenant', { tenant, hostname, verdict, code: diagnosis?.code ?? explainedBy?.code ?? null });
    };
    const onEvent = (event: VerificationEvent): void => {
      switch (event.kind) {
        case 'check':
          sendCheck(event.tenant, event.check);
          return;
        case 'tenant':
          sendTenant(event.result);
          return;
        case 'over':
          send('over', statusOf(verification));
          end();
          return;
      }
    };
    const stopListening = verification.listen(onEvent);
    const heartbeat = setInterval(() => raw.write(':\n\n'), HEARTBEAT_MS);
    const end = (): void => {
      streams.delete(end);
      stopListening();
      clearInterval(heartbeat);
      raw.end();
    };
    streams.add(end);
    raw.on('close', end);
    raw.on('error', end);

    // What is over already comes first, so that coming late, or again, loses nothing.
    for (const result of verification.finished()) {
      for (const check of result.checks) sendCheck(result.tenant, check);
      sendTenant(result);
    }
    for (const [tenant, checks] of verification.underWay())
      for (const check of checks) sendCheck(tenant, check);
    if (verification.state() !== 'running') onEvent({ kind: 'over' });
  };
}
