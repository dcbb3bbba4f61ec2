import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomInt } from 'node:crypto';
import { faultNumber } from './faults.ts';
import type { FaultName, Faults } from './faults.ts';
import { readBody } from './http-body.ts';
import { closeServer, listen, trackSockets } from './listen.ts';

/** A message that a receiver took, refused or lost. */
export interface Received {
  readonly at: number;
  readonly service: 'slack' | 'pagerduty' | 'alertmanager' | 'webhook';
  readonly method: string;
  readonly path: string;
  /** Lower-case names; without `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text that was none. */
  readonly payload: unknown;
  /** Status that was answered; 0 when nothing was. */
  readonly status: number;
  /** Slack's id of the message that was posted or updated with the Web API. */
  readonly ts: string | null;
}

export interface Receivers {
  readonly baseUrl: string;
  /** Oldest first, the latest 10,000. */
  readonly received: () => readonly Received[];
  /** Calls back with each message once it was answered; returns how to stop. */
  readonly onReceived: (listener: (received: Received) => void) => () => void;
  readonly close: () => Promise<void>;
}

const KEPT = 10_000;

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ts?: string;
}

/** Slack (incoming webhooks and Web API), PagerDuty Events v2, Alertmanager v2 and a plain webhook on one loopback port. */
export async function startReceivers(now: () => number, faults: Faults): Promise<Receivers> {
  let received: Received[] = [];
  const listeners = new Set<(received: Received) => void>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const service = serviceOf(path);
    const payload = parsed(await readBody(request));
    const strikes = (fault: FaultName) => faults.strikes(fault, path);
    const keep = (status: number, ts: string | null = null): void => {
      const entry: Received = {
        at: now(),
        service: service ?? 'webhook',
        method: request.method ?? 'GET',
        path,
        headers: plainHeaders(request),
        payload,
        status,
        ts,
      };
      received.push(entry);
      if (received.length >= 2 * KEPT) received = received.slice(-KEPT);
      for (const listener of listeners) listener(entry);
    };

    if (strikes('receiver-silent')) {
      keep(0);
      return;
    }
    if (strikes('receiver-drop')) {
      keep(0);
      request.socket.destroy();
      return;
    }
    const reply = replyTo({
      service,
      path,
      payload,
      authorization: request.headers.authorization,
      strikes,
      now,
    });
    keep(reply.status, reply.ts ?? null);
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    const type = typeof reply.body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(reply.status, { 'content-type': type, ...reply.headers }).end(text);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const open = trackSockets(server);
  const port = await listen(server, '127.0.0.1');
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    received: () => received.slice(-KEPT),
    onReceived: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => closeServer(server, open),
  };
}

interface Delivered {
  readonly service: Received['service'] | null;
  readonly path: string;
  readonly payload: unknown;
  readonly authorization: string | undefined;
  readonly strikes: (fault: FaultName) => ReturnType<Faults['strikes']>;
  readonly now: () => number;
}

function replyTo(delivered: Delivered): Reply {
  const { service, strikes } = delivered;
  if (service === null) return { status: 404, body: 'not found' };
  const limited = strikes('receiver-rate-limited');
  if (limited) {
    const headers = { 'retry-after': String(faultNumber(limited, 1)) };
    return {
      status: 429,
      body: service === 'slack' ? { ok: false, error: 'ratelimited' } : 'rate limited',
      headers,
    };
  }
  const error = strikes('receiver-error');
  if (error) return { status: faultNumber(error, 500), body: 'something went wrong' };
  const isDisabled = strikes('receiver-disabled') !== undefined;
  switch (service) {
    case 'slack':
      return replyOfSlack(delivered, isDisabled);
    case 'pagerduty':
      return isDisabled ? { status: 410, body: 'gone' } : replyOfPagerDuty(delivered.payload);
    case 'alertmanager':
    case 'webhook':
      return isDisabled ? { status: 410, body: 'gone' } : { status: 200, body: '' };
  }
}

function replyOfSlack({ path, payload, authorization, now }: Delivered, isDisabled: boolean): Reply {
  if (path.startsWith('/services/')) {
    if (isDisabled) return { status: 404, body: 'no_service' };
    const problem = slackProblem(payload);
    return problem === null ? { status: 200, body: 'ok' } : { status: 400, body: problem };
  }
  // The Web API says ok: false with status 200.
  const refused = (error: string): Reply => ({ status: 200, body: { ok: false, error } });
  if (isDisabled) return refused('account_inactive');
  if (authorization?.startsWith('Bearer xoxb-') !== true) return refused('not_authed');
  const message = isRecord(payload) ? payload : {};
  if (typeof message.channel !== 'string') return refused('channel_not_found');
  const problem = slackProblem(payload);
  if (problem !== null) return refused(problem);
  const ts =
    path === '/api/chat.update' && typeof message.ts === 'string'
      ? message.ts
      : `${Math.floor(now() / 1000)}.${String(randomInt(1e6)).padStart(6, '0')}`;
  return { status: 200, body: { ok: true, channel: message.channel, ts }, ts };
}

/** Slack's own limits, as far as a message can break them by its size. */
function slackProblem(payload: unknown): string | null {
  if (!isRecord(payload)) return 'invalid_payload';
  const blocks: readonly unknown[] = Array.isArray(payload.blocks) ? payload.blocks : [];
  if (typeof payload.text !== 'string' && blocks.length === 0) return 'no_text';
  if (blocks.length > 50) return 'invalid_blocks';
  if (JSON.stringify(blocks).length > 13_200) return 'msg_blocks_too_long';
  return null;
}

function replyOfPagerDuty(payload: unknown): Reply {
  if (
    !isRecord(payload) ||
    typeof payload.routing_key !== 'string' ||
    typeof payload.event_action !== 'string'
  )
    return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid' } };
  const key = typeof payload.dedup_key === 'string' ? payload.dedup_key : 'generated';
  return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: key } };
}

function serviceOf(path: string): Received['service'] | null {
  if (path.startsWith('/services/') || path === '/api/chat.postMessage' || path === '/api/chat.update')
    return 'slack';
  if (path.startsWith('/v2/enqueue')) return 'pagerduty';
  if (path.startsWith('/api/v2/alerts')) return 'alertmanager';
  return path.startsWith('/webhook') ? 'webhook' : null;
}

function plainHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const kept = Object.entries(request.headers).filter(([name]) => name !== 'authorization');
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
