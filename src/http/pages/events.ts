import type { FastifyInstance } from 'fastify';
import { SECOND_MS } from '../../model/time.ts';
import type { FleetEvent, LatestResult } from '../../monitor/fleet.ts';
import type { Pages } from './page.tsx';

/** Readers at once; each costs a socket and, while things change, a page a second. */
const MAX_STREAMS = 200;
/** At most one word a second: a fleet of ten thousand has 170 results in that time. */
const QUIET_MS = SECOND_MS;
const HEARTBEAT_MS = 20 * SECOND_MS;

/**
 * `GET /events?topic=fleet`: a word whenever what a page shows has changed. It carries no data: the page asks for itself anew, under its own
 * access rules.
 */
export function eventRoutes(app: FastifyInstance, { context }: Pages): void {
  const streams = new Set<() => void>();
  app.addHook('preClose', (done) => {
    for (const end of streams) end();
    done();
  });
  app.get<{ Querystring: { topic?: string } }>(
    '/events',
    { config: { access: 'page' } },
    (request, reply) => {
      if (streams.size >= MAX_STREAMS)
        return reply.code(503).type('text/plain').send('too many readers; the page works without\n');
      const topic = typeof request.query.topic === 'string' ? request.query.topic : '';
      const concerns = listenerFor(topic);
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      });
      // A browser that lost the stream comes back after this time; the comment makes proxies pass the head on.
      raw.write('retry: 2000\n\n');
      let toldMs = -Infinity;
      let waiting: NodeJS.Timeout | undefined;
      const tell = (): void => {
        waiting = undefined;
        toldMs = context.clock.monotonicMs();
        raw.write('event: changed\ndata:\n\n');
      };
      const stopListening = context.fleet.listen((event) => {
        if (waiting !== undefined || !concerns(event)) return;
        waiting = setTimeout(tell, Math.max(50, toldMs + QUIET_MS - context.clock.monotonicMs()));
      });
      const heartbeat = setInterval(() => raw.write(':\n\n'), HEARTBEAT_MS);
      const end = (): void => {
        streams.delete(end);
        stopListening();
        clearTimeout(waiting);
        clearInterval(heartbeat);
        raw.end();
      };
      streams.add(end);
      raw.on('close', end);
      raw.on('error', end);
      return reply;
    },
  );
}

/** Does an event change what a page about the topic shows? Remembers, for the fleet, how each tenant stood: bounded by their number. */
function listenerFor(topic: string): (event: FleetEvent) => boolean {
  if (topic.startsWith('tenant:')) {
    const id = topic.slice('tenant:'.length);
    return (event) => {
      switch (event.kind) {
        case 'result':
          return event.tenant === id;
        case 'incidents':
          return event.incidents.some(({ subject }) => subject.scope !== 'tenant' || subject.name === id);
        case 'tenants':
          return [...event.added, ...event.removed].some((tenant) => tenant.id === id);
        case 'shared':
          return false;
      }
    };
  }
  if (topic === 'incidents') return ({ kind }) => kind === 'incidents';
  const seen = new Map<string, string>();
  let shared = '';
  return (event) => {
    switch (event.kind) {
      case 'result': {
        const standing = standingOf(event.latest);
        if (seen.get(event.tenant) === standing) return false;
        seen.set(event.tenant, standing);
        return true;
      }
      case 'shared': {
        const { monitor, platform } = event.latest.result;
        const next = [...monitor.checks, ...platform.checks].map((check) => check.reason ?? '').join();
        const changed = next !== shared;
        shared = next;
        return changed;
      }
      case 'tenants':
        for (const { id } of event.removed) seen.delete(id);
        return true;
      case 'incidents':
        return true;
    }
  };
}

function standingOf({ result }: LatestResult): string {
  const reasons = result.checks.map(({ verdict, reason }) => `${verdict}:${reason ?? ''}`).join();
  return `${result.verdict} ${result.diagnosis?.code ?? ''} ${reasons}`;
}
