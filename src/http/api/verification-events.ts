import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CheckResult } from '../../model/check.ts';
import type { TenantResult } from '../../model/diagnosis.ts';
import { HttpError } from '../errors.ts';
import { openEventStream } from '../event-stream.ts';
import type { Verification } from '../verifications.ts';

const MAX_STREAMS = 200;

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
    const { raw, end } = openEventStream(reply, () => {
      streams.delete(end);
      stopListening();
    });
    const nextUntold = whatIsUntold(verification);
    // As much as the reader takes: who reads slowly costs no memory, and hears everything all the same.
    const pump = (): void => {
      while (!raw.writableNeedDrain && !raw.writableEnded) {
        const event = nextUntold();
        if (event === undefined) break;
        raw.write(event);
      }
      if (raw.writableNeedDrain || raw.writableEnded || verification.state() === 'running') return;
      raw.write(eventText('over', statusOf(verification)));
      end();
    };
    const stopListening = verification.listen(pump);
    streams.add(end);
    raw.on('drain', pump);
    pump();
  };
}

/**
 * The events that this reader was not told yet, at any moment: what was over before they came first, so that coming late, or again,
 * loses nothing. Nothing is kept for a reader but what they were told of tenants that are under way.
 */
function whatIsUntold(verification: Verification): () => string | undefined {
  const told = new Map<string, Set<string>>();
  let finished = 0;

  const untoldCheck = (site: Site, checks: readonly CheckResult[]): string | undefined => {
    const ids = told.get(site.tenant) ?? new Set();
    const check = checks.find(({ id }) => !ids.has(id));
    if (check === undefined) return undefined;
    told.set(site.tenant, ids.add(check.id));
    return eventText('check', { ...site, check });
  };

  return () => {
    const result = verification.finished()[finished];
    if (result !== undefined) {
      const { tenant, hostname, app } = result;
      const check = untoldCheck({ tenant, hostname, app }, result.checks);
      if (check !== undefined) return check;
      finished += 1;
      told.delete(tenant);
      return eventText('tenant', withoutChecks(result));
    }
    for (const [{ id, hostname, app }, checks] of verification.underWay()) {
      const check = untoldCheck({ tenant: id, hostname, app }, checks);
      if (check !== undefined) return check;
    }
    return undefined;
  };
}

/** Whose check it is. */
type Site = Pick<TenantResult, 'tenant' | 'hostname' | 'app'>;

/** The result but for the checks, which were told before: who stops listening knows all that is known. */
function withoutChecks(result: TenantResult): object {
  const { tenant, hostname, app, verdict, durationMs, diagnosis, explainedBy, alsoFound } = result;
  const code = diagnosis?.code ?? explainedBy?.code ?? null;
  return { tenant, hostname, app, verdict, code, durationMs, diagnosis, explainedBy, alsoFound };
}

function eventText(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
