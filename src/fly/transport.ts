import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Clock } from '../model/time.ts';
import { exchangeError, flyError } from './error.ts';

export interface TransportOptions {
  readonly clock: Clock;
  readonly userAgent: string;
  /** Deadline for everything from the connection to the last byte, milliseconds. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** One header, by its lower-case name; null without it. */
  readonly header: (name: string) => string | null;
  readonly body: string;
  /** Milliseconds from sending to the head of the answer. */
  readonly headMs: number;
}

/**
 * One request, one answer, bounded in bytes and time. Redirects are answers like any other: nothing is followed, so a
 * token stays with the host it was meant for. No proxy of the environment is used.
 */
export interface Transport {
  readonly exchange: (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
  readonly close: () => Promise<void>;
}

/** Runs with a signal that ends with the caller's, or after the time; `timedOut` tells which. */
async function within<T>(
  clock: Clock,
  durationMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal, timedOut: () => boolean) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const done = new AbortController();
  let timedOut = false;
  const forward = (): void => {
    inner.abort(outer.reason);
  };
  outer.addEventListener('abort', forward, { once: true });
  if (outer.aborted) forward();
  void clock.sleep(durationMs, done.signal).then(
    () => {
      timedOut = true;
      inner.abort(new DOMException('the deadline ended', 'TimeoutError'));
    },
    () => undefined,
  );
  try {
    return await work(inner.signal, () => timedOut);
  } finally {
    outer.removeEventListener('abort', forward);
    done.abort();
  }
}

const MAX_HEADER_BYTES = 32_768;
/** Idle connections are kept between the calls of one sweep, not between sweeps. */
const IDLE_MS = 25_000;
const CONNECTIONS = 8;

/** By Node's own client: it is there already, while loading another one takes a gate's start a seventh of its time. */
export function createTransport(options: TransportOptions): Transport {
  const { clock, timeoutMs, maxBytes } = options;
  const pool = { keepAlive: true, maxSockets: CONNECTIONS, timeout: IDLE_MS } as const;
  const agents = { 'http:': new http.Agent(pool), 'https:': new https.Agent(pool) } as const;
  let closed = false;

  const send = (request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const secure = request.url.protocol === 'https:';
      const outgoing = (secure ? https : http).request(
        request.url,
        {
          agent: agents[secure ? 'https:' : 'http:'],
          method: request.method,
          headers: { 'user-agent': options.userAgent, 'accept-encoding': 'identity', ...request.headers },
          maxHeaderSize: MAX_HEADER_BYTES,
          signal,
        },
        resolve,
      );
      // Stays for the life of the request: what comes after the answer began is told by the answer itself.
      outgoing.on('error', reject);
      outgoing.end(request.body);
    });

  async function exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const sentAtMs = clock.monotonicMs();
    const response = await send(request, signal);
    const headMs = clock.monotonicMs() - sentAtMs;
    const header = (name: string): string | null => {
      const value = response.headers[name];
      return (Array.isArray(value) ? value[0] : value) ?? null;
    };
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Leaving the loop early destroys the body, and the connection with it.
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw flyError('too-large', `the answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    const encoding = header('content-encoding') ?? 'identity';
    if (encoding !== 'identity') throw flyError('malformed', `an encoding nobody asked for: ${encoding}`);
    return { status: response.statusCode ?? 0, header, body: Buffer.concat(chunks).toString('utf8'), headMs };
  }

  return {
    exchange: (request, outer) =>
      within(clock, timeoutMs, outer, async (signal, timedOut) => {
        try {
          return await exchange(request, signal);
        } catch (error) {
          if (timedOut()) throw flyError('timeout', `no complete answer within ${timeoutMs} ms`);
          if (outer.aborted) throw flyError('aborted', 'stopped before the answer was complete');
          if (closed) throw flyError('aborted', 'closed before the answer was complete');
          throw exchangeError(error);
        }
      }),
    close: () => {
      closed = true;
      for (const agent of Object.values(agents)) agent.destroy();
      return Promise.resolve();
    },
  };
}
