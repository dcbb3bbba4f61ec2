import http from 'node:http';
import http2 from 'node:http2';
import type { Duplex } from 'node:stream';
import net from 'node:net';
import tls from 'node:tls';
import type { HttpFacts } from '../model/connection.ts';
import type { Clock } from '../model/time.ts';
import { aborted, onAbort, stopped, timedOut } from './deadline.ts';
import { nameFailure } from './failure.ts';
import { httpFacts, MAX_BODY_BYTES, type RawHeaders } from './http-facts.ts';
import { ProbeError } from './probe-error.ts';

export interface HttpSettings {
  readonly clock: Clock;
  /** Bound of the whole exchange, so that a drip of bytes cannot outlive it; milliseconds. */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

export interface HttpTarget {
  readonly scheme: 'http' | 'https';
  readonly hostname: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
}

const MAX_HEADER_BYTES = 16_384;

/** What a running request tells its owner. */
interface Listener {
  readonly head: (status: number, headers: RawHeaders) => void;
  readonly data: (chunk: Buffer) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * One GET over a connection that stands, HTTP/1.1 or HTTP/2 as ALPN chose. Nothing is decoded, followed or kept alive;
 * of the body 64 KiB are read. The connection is destroyed. Rejects with a ProbeError.
 */
export function getOver(
  socket: net.Socket,
  target: HttpTarget,
  settings: HttpSettings,
  signal: AbortSignal,
): Promise<HttpFacts> {
  const { clock, timeoutMs } = settings;
  const protocol = socket instanceof tls.TLSSocket && socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1';
  return new Promise((resolve, reject) => {
    const startedMs = clock.monotonicMs();
    const chunks: Buffer[] = [];
    let bytes = 0;
    let head:
      { readonly status: number; readonly headers: RawHeaders; readonly firstByteMs: number } | undefined;
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
      settle(() => {
        reject(new ProbeError(nameFailure(error, 'request')));
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
    const listener: Listener = {
      head: (status, headers) => {
        // llhttp lets 000 through; such a status is not one that checks could compare.
        if (status < 200) {
          fail(stopped('request', 'protocol', `the server answered with the status ${status}`));
          return;
        }
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
      fail(stopped('request', 'eof', 'the connection was closed before the answer was complete'));
    });
    try {
      stop = (protocol === 'h2' ? requestH2 : requestH1)(socket, target, settings.userAgent, listener);
    } catch (error) {
      fail(error);
      return;
    }
    forget = onAbort(signal, () => {
      fail(aborted('request'));
    });
  });
}

/** Starts an HTTP/1.1 request; the returned function ends it. */
function requestH1(socket: Duplex, target: HttpTarget, userAgent: string, listener: Listener): () => void {
  const request = http.request({
    createConnection: () => socket,
    path: target.path,
    headers: {
      host: authorityOf(target),
      'user-agent': userAgent,
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
    },
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  request.on('error', listener.fail);
  request.on('upgrade', () => {
    listener.fail(stopped('request', 'protocol', 'the server switched protocols without being asked'));
  });
  request.on('response', (response) => {
    response.on('error', listener.fail);
    response.on('aborted', () => {
      listener.fail(stopped('request', 'eof', 'the connection was closed before the answer was complete'));
    });
    listener.head(response.statusCode ?? 0, response.headers);
    response.on('data', listener.data);
    response.on('end', listener.end);
  });
  request.end();
  return () => request.destroy();
}

/** Starts an HTTP/2 session for a single request; the returned function ends both. */
function requestH2(socket: Duplex, target: HttpTarget, userAgent: string, listener: Listener): () => void {
  const session = http2.connect(`https://${authorityOf(target)}`, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: MAX_HEADER_BYTES },
    maxHeaderListPairs: 200,
    maxSessionMemory: 1,
    maxSettings: 32,
  });
  session.on('error', listener.fail);
  session.on('goaway', (errorCode) => {
    if (errorCode !== http2.constants.NGHTTP2_NO_ERROR)
      listener.fail(
        stopped('request', 'protocol', `the server ended the HTTP/2 session with error ${errorCode}`),
      );
  });
  const stream = session.request({
    ':method': 'GET',
    ':scheme': 'https',
    ':authority': authorityOf(target),
    ':path': target.path,
    'user-agent': userAgent,
    accept: '*/*',
    'accept-encoding': 'identity',
  });
  let answered = false;
  stream.on('error', listener.fail);
  stream.on('frameError', () => {
    listener.fail(stopped('request', 'protocol', 'the HTTP/2 request could not be sent'));
  });
  stream.on('response', (headers) => {
    answered = true;
    listener.head(headers[':status'] ?? 0, headers);
  });
  stream.on('data', listener.data);
  stream.on('end', () => {
    // A stream that is reset or refused ends, too; its error follows.
    if (answered && stream.rstCode === http2.constants.NGHTTP2_NO_ERROR) listener.end();
  });
  stream.on('close', () => {
    listener.fail(
      stopped('request', 'protocol', `the server closed the stream with error ${stream.rstCode}`),
    );
  });
  return () => {
    session.destroy();
  };
}

/** Host and, unless it is the scheme's own, port. */
function authorityOf(target: HttpTarget): string {
  const host = net.isIPv6(target.hostname) ? `[${target.hostname}]` : target.hostname;
  return target.port === (target.scheme === 'https' ? 443 : 80) ? host : `${host}:${target.port}`;
}
