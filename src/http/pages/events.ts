import type { FastifyInstance, FastifyReply } from 'fastify';
import { SECOND_MS, type Clock } from '../../model/time.ts';
import type { FleetEvent, LatestResult } from '../../monitor/fleet.ts';
import { openEventStream } from '../event-stream.ts';
import type { Pages } from './page.tsx';

/** Readers at once; each costs a socket and, while things change, a page a second. */
const MAX_STREAMS = 200;
/** At most one word a second: a fleet of ten thousand has 170 results in that time. */
const QUIET_MS = SECOND_MS;
/** What happens at one moment is told once. */
const TOGETHER_MS = 50;

/**
 * `GET /events?topic=fleet`: a word whenever what a page shows has changed. It carries no data: the page asks for itself anew, under its own
 * access rules.
 */
export function eventRoutes(app: FastifyInstance, { context }: Pages): void {
  const { clock, fleet } = context;
  const streams = new Set<Stream>();
  const showsInFleet = fleetChanges();
  // One listener for all readers: what the fleet page would show of each tenant is remembered once.
  const stopListening = fleet.listen((event) => {
    const inFleet = showsInFleet(event);
    for (const stream of streams) if (concerns(stream.topic, event, inFleet)) stream.tell();
  });
  app.addHook('preClose', (done) => {
    stopListening();
    for (const { end } of streams) end();
    done();
  });
  app.get<{ Querystring: { topic?: string } }>(
    '/events',
    // A stream without a body would be a place taken for nothing.
    { exposeHeadRoute: false, config: { access: 'page' } },
    (request, reply) => {
      if (streams.size >= MAX_STREAMS)
        return reply.code(503).type('text/plain').send('too many readers; the page works without\n');
      const topic = typeof request.query.topic === 'string' ? request.query.topic : '';
      const stream = openStream(topic, reply, clock, () => streams.delete(stream));
      streams.add(stream);
      return reply;
    },
  );
}

interface Stream {
  readonly topic: string;
  readonly tell: () => void;
  readonly end: () => void;
}

function openStream(topic: string, reply: FastifyReply, clock: Clock, ended: () => void): Stream {
  let toldMs = -Infinity;
  let waiting: NodeJS.Timeout | undefined;
  const { raw, end } = openEventStream(reply, () => {
    ended();
    clearTimeout(waiting);
  });
  // A browser that lost the stream comes back after this time.
  raw.write('retry: 2000\n\n');
  return {
    topic,
    end,
    tell: () => {
      if (waiting !== undefined) return;
      const delayMs = Math.max(TOGETHER_MS, toldMs + QUIET_MS - clock.monotonicMs());
      waiting = setTimeout(() => {
        waiting = undefined;
        toldMs = clock.monotonicMs();
        // Who has not taken the last words needs no other one: all of them say the same.
        if (!raw.writableNeedDrain) raw.write('event: changed\ndata:\n\n');
      }, delayMs);
    },
  };
}

function concerns(topic: string, event: FleetEvent, inFleet: boolean): boolean {
  if (topic === 'fleet') return inFleet;
  if (topic === 'incidents') return event.kind === 'incidents';
  const id = topic.startsWith('tenant:') ? topic.slice('tenant:'.length) : undefined;
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
}

/** Tells whether an event changes what the fleet page shows: most runs only say again what the run before them said. */
function fleetChanges(): (event: FleetEvent) => boolean {
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
        const next = [...monitor.checks, ...platform.checks].map(({ reason }) => reason ?? '').join();
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

function standingOf({ verdict, diagnosis, checks }: LatestResult): string {
  const reasons = checks.map(({ reason }) => reason ?? '').join();
  return `${verdict} ${diagnosis?.code ?? ''} ${reasons}`;
}
