import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { SECOND_MS } from '../model/time.ts';

/** Server-sent events to one reader. */
export interface EventStream {
  readonly raw: ServerResponse;
  /** What comes later is for nobody. May be called twice. */
  readonly end: () => void;
}

const HEARTBEAT_MS = 15 * SECOND_MS;

/** @param ended called whoever ends it, at least once */
export function openEventStream(reply: FastifyReply, ended: () => void): EventStream {
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
  // Who listens knows at once that they do, also while nothing happens.
  raw.flushHeaders();

  let stuck = false;
  const heartbeat = setInterval(() => {
    // Who takes nothing from one heartbeat to the next is gone, or holds the place for nothing.
    if (raw.writableNeedDrain && stuck) raw.destroy();
    stuck = raw.writableNeedDrain;
    if (!stuck) raw.write(':\n\n');
  }, HEARTBEAT_MS);
  const end = (): void => {
    clearInterval(heartbeat);
    ended();
    raw.end();
  };
  raw.on('drain', () => {
    stuck = false;
  });
  raw.on('close', end);
  raw.on('error', end);
  return { raw, end };
}
