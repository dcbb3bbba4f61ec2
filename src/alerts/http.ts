import { Agent, request } from 'undici';
import type { DeliveryOutcome } from '../model/alert.ts';
import type { Clock } from '../model/time.ts';
import { SECOND_MS } from '../model/time.ts';

/** What a receiver answered, or why there is no answer. Never the address: webhook URLs are secrets. */
export type HttpAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly body: string;
      readonly retryAfterMs: number | null;
    }
  /** `maybeSent`: the request may have arrived all the same. */
  | { readonly ok: false; readonly reason: string; readonly maybeSent: boolean };

interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Posts to the channels, over connections of its own. */
export interface ChannelHttp {
  readonly post: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly close: () => Promise<void>;
}

export interface ChannelHttpOptions {
  readonly userAgent: string;
  readonly clock: Clock;
  /** For connection, request and the whole answer. */
  readonly timeoutMs?: number;
}

const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_RETRY_AFTER_MS = 3_600_000;

export function createChannelHttp({
  userAgent,
  clock,
  timeoutMs = 10 * SECOND_MS,
}: ChannelHttpOptions): ChannelHttp {
  const agent = new Agent({
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 4 * SECOND_MS,
    maxHeaderSize: 16 * 1024,
    allowH2: false,
  });
  return {
    post: async ({ url, headers, body, signal }) => {
      // The timeouts above are for each chunk: a slow drip outlives them, one deadline does not.
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      try {
        const answer = await request(url, {
          dispatcher: agent,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers, 'user-agent': userAgent },
          body,
          signal: deadline,
        });
        const text = await readBounded(answer.body);
        const retryAfterMs = retryAfter(answer.headers['retry-after'], clock.now());
        return { ok: true, status: answer.statusCode, body: text, retryAfterMs };
      } catch (error) {
        if (signal.aborted) return { ok: false, reason: 'stopped before an answer', maybeSent: true };
        if (deadline.aborted)
          return { ok: false, reason: `no answer within ${timeoutMs} ms`, maybeSent: true };
        const code = errorCode(error);
        return { ok: false, reason: `no answer: ${code}`, maybeSent: !NOT_CONNECTED.test(code) };
      }
    },
    close: () => agent.destroy(),
  };
}

/** The beginning of the answer; the rest is not waited for. */
async function readBounded(body: AsyncIterable<unknown> & { destroy: () => unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      body.destroy();
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

/** Without a connection nothing was sent; of what broke later nobody knows. */
const NOT_CONNECTED =
  /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_\w+|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/;

/** The library's messages may hold the address; its codes do not. */
function errorCode(error: unknown): string {
  const codes = [error, error instanceof Error ? error.cause : undefined].map((one) =>
    typeof one === 'object' && one !== null && 'code' in one ? one.code : undefined,
  );
  const code = codes.find((one): one is string => typeof one === 'string' && /^[A-Z0-9_]{2,60}$/.test(one));
  return code ?? 'the request failed';
}

/** Seconds or a date (RFC 9110, 10.2.3); at most an hour, whatever the receiver says. */
export function retryAfter(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') return null;
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * SECOND_MS : parseHttpDate(text) - now;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

/** Date.parse takes almost anything for a date. */
function parseHttpDate(text: string): number {
  return /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : NaN;
}

/**
 * What an answer means where the receiver has no rules of its own: 2xx is sent, a payload that is refused will be refused
 * again, everything else may pass. Redirects are never followed: the payload is for the configured address only.
 */
export function judgeAnswer(answer: HttpAnswer): DeliveryOutcome {
  if (!answer.ok) {
    const { reason, maybeSent } = answer;
    return { result: 'retry', reason, ...(maybeSent ? { maybeSent } : {}) };
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return { result: 'sent' };
  if (status >= 300 && status < 400)
    return { result: 'retry', reason: `answered ${status}, redirects are not followed` };
  if (status === 400 || status === 413 || status === 422) {
    return { result: 'rejected', reason: `answered ${status}` };
  }
  return retryLater(answer, `answered ${status}`);
}

export function retryLater(answer: HttpAnswer, reason: string): DeliveryOutcome {
  const retryAfterMs = answer.ok ? answer.retryAfterMs : null;
  return retryAfterMs === null ? { result: 'retry', reason } : { result: 'retry', reason, retryAfterMs };
}
