import { Agent } from 'undici';
import type { Clock } from '../model/time.ts';
import { spokenMs } from '../model/spoken.ts';
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

/**
 * Runs with a signal that ends with the caller's, or after the time. Its reason is the failure itself: what ended the exchange first names
 * it, and a deadline that passes while a failure is being cleared up changes nothing.
 */
async function within<T>(
  clock: Clock,
  durationMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const done = new AbortController();
  const forward = (): void => {
    inner.abort(flyError('aborted', 'stopped before the answer was complete'));
  };
  outer.addEventListener('abort', forward, { once: true });
  if (outer.aborted) forward();
  void clock.sleep(durationMs, done.signal).then(
    () => {
      inner.abort(flyError('timeout', `no complete answer within ${spokenMs(durationMs)}`));
    },
    () => undefined,
  );
  try {
    return await work(inner.signal);
  } finally {
    outer.removeEventListener('abort', forward);
    done.abort();
  }
}

export function createTransport(options: TransportOptions): Transport {
  const { clock, timeoutMs, maxBytes } = options;
  const agent = new Agent({
    connections: 8,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 60_000,
    maxHeaderSize: 32_768,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
  });

  async function exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const sentAtMs = clock.monotonicMs();
    const response = await agent.request({
      origin: request.url.origin,
      path: `${request.url.pathname}${request.url.search}`,
      method: request.method,
      headers: { 'user-agent': options.userAgent, 'accept-encoding': 'identity', ...request.headers },
      body: request.body ?? null,
      signal,
    });
    const headMs = clock.monotonicMs() - sentAtMs;
    const header = (name: string): string | null => {
      const value = response.headers[name];
      return (Array.isArray(value) ? value[0] : value) ?? null;
    };
    const chunks: Buffer[] = [];
    // What it announces is enough to refuse it.
    let bytes = Number(header('content-length') ?? 0) > maxBytes ? Infinity : 0;
    // Leaving the loop early destroys the body, and the connection with it.
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw flyError('too-large', `the answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    const encoding = header('content-encoding') ?? 'identity';
    if (encoding !== 'identity') throw flyError('malformed', `an encoding nobody asked for: ${encoding}`);
    return { status: response.statusCode, header, body: Buffer.concat(chunks).toString('utf8'), headMs };
  }

  return {
    exchange: (request, outer) =>
      within(clock, timeoutMs, outer, (signal) =>
        exchange(request, signal).catch((error: unknown) => {
          throw exchangeError(error);
        }),
      ),
    close: () => agent.destroy(),
  };
}
