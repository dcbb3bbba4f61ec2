import type net from 'node:net';
import tls from 'node:tls';
import type { HttpFacts } from '../model/connection.ts';
import type { Failure } from '../model/failure.ts';
import type { Clock } from '../model/time.ts';
import { aborted, onAbort, stopped, timedOut } from './deadline.ts';
import { nameFailure } from './failure.ts';
import { httpFacts, MAX_BODY_BYTES, type RawHeaders } from './http-facts.ts';
import type { AnswerListener, HttpTarget } from './http-target.ts';
import { requestHttp1 } from './http1-request.ts';
import { requestHttp2 } from './http2-request.ts';
import { ProbeError } from './probe-error.ts';

export interface HttpSettings {
  readonly clock: Clock;
  /** Bound of the whole exchange, so that a drip of bytes cannot outlive it; milliseconds. */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

interface Head {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly firstByteMs: number;
}

/**
 * One GET over a connection that stands, HTTP/1.1 or HTTP/2 as ALPN chose. Nothing is decoded, followed or kept alive;
 * of the body 64 KiB are read. The connection is destroyed. Rejects with a ProbeError; its phase is `handshake` where the
 * server refused the handshake after our side of it was done.
 */
export function getOver(
  socket: net.Socket,
  target: HttpTarget,
  settings: HttpSettings,
  signal: AbortSignal,
): Promise<HttpFacts> {
  const { clock, timeoutMs, userAgent } = settings;
  const protocol = socket instanceof tls.TLSSocket && socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1';
  return new Promise((resolve, reject) => {
    const startedMs = clock.monotonicMs();
    const chunks: Buffer[] = [];
    let bytes = 0;
    let head: Head | undefined;
    let settled = false;
    let stop = (): void => undefined;
    let forget = (): void => undefined;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      forget();
      stop();
      socket.destroy();
      act();
    };
    const fail = (error: unknown): void => {
      const failure = nameFailure(error, 'request');
      const late = failure.code === 'alert' && head === undefined && isUnconfirmed(socket);
      settle(() => {
        reject(new ProbeError(late ? refusedLate(failure) : failure));
      });
    };
    const finish = (bodyTruncated: boolean): void => {
      const totalMs = clock.monotonicMs() - startedMs;
      settle(() => {
        if (head === undefined) reject(stopped('request', 'eof', 'the answer ended before it began'));
        else {
          const body = Buffer.concat(chunks, Math.min(bytes, MAX_BODY_BYTES));
          resolve(httpFacts({ ...head, protocol, body, bodyTruncated, totalMs }, target.hostname));
        }
      });
    };
    const timer = setTimeout(() => {
      fail(timedOut('request', timeoutMs, head === undefined ? 'answer' : 'end of the answer'));
    }, timeoutMs);
    const listener: AnswerListener = {
      head: (status, headers) => {
        // llhttp lets 000 through; 1xx never get here.
        if (status < 200)
          fail(stopped('request', 'protocol', `the server answered with the status ${status}`));
        head = { status, headers, firstByteMs: clock.monotonicMs() - startedMs };
      },
      data: (chunk) => {
        if (settled) return;
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) finish(true);
      },
      end: () => {
        finish(false);
      },
      fail,
    };
    socket.on('error', fail);
    socket.on('close', () => {
      // Also after every success: an error with its stack trace is not made for nothing.
      if (!settled)
        fail(stopped('request', 'eof', 'the connection was closed before the answer was complete'));
    });
    try {
      const request = protocol === 'h2' ? requestHttp2 : requestHttp1;
      stop = request(socket, target, userAgent, listener);
    } catch (error) {
      fail(error);
      return;
    }
    forget = onAbort(signal, () => {
      fail(aborted('request'));
    });
  });
}

/** In TLS 1.3 the client is done before the server has judged it: its refusal comes in place of the answer (RFC 8446 section 2). */
function isUnconfirmed(socket: net.Socket): boolean {
  return socket instanceof tls.TLSSocket && socket.getProtocol() === 'TLSv1.3';
}

function refusedLate(failure: Failure): Failure {
  return { ...failure, phase: 'handshake', detail: `${failure.detail} in place of an answer` };
}
