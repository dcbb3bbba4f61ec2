import net from 'node:net';
import tls, { type SecureContext, type TLSSocket } from 'node:tls';
import type { Failure, Phase } from '../model/failure.ts';
import type { Clock } from '../model/time.ts';
import { aborted, onAbort, timedOut } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { nameFailure } from './failure.ts';

export interface TlsSettings {
  readonly clock: Clock;
  /** Bound of the TCP connection, and again of the TLS handshake, milliseconds. */
  readonly timeoutMs: number;
}

/** How far a connection came. The socket of a secured one is the caller's to destroy. */
export type Opened =
  | {
      readonly outcome: 'secured';
      readonly socket: TLSSocket;
      readonly connectMs: number;
      readonly handshakeMs: number;
    }
  | { readonly outcome: 'failed'; readonly failure: Failure; readonly connectMs: number | null };

/**
 * One TCP connection to exactly this address, then a full TLS handshake with SNI on it. Whatever certificate is served,
 * the handshake goes on: name, chain and dates are judged elsewhere, each for itself. Never rejects.
 */
export function openTls(
  endpoint: Endpoint,
  serverName: string,
  protocols: readonly string[],
  context: SecureContext,
  settings: TlsSettings,
  signal: AbortSignal,
): Promise<Opened> {
  const { clock, timeoutMs } = settings;
  return new Promise((resolve) => {
    const startedMs = clock.monotonicMs();
    let connectedMs: number | undefined;
    let phase: Phase = 'connect';
    // A failure before any attempt got an answer is this machine's own: it has no route.
    let local = true;
    let settled = false;
    const socket = tls.connect({
      host: endpoint.address,
      port: endpoint.port,
      // An address is no server name (RFC 6066 section 3).
      servername: net.isIP(serverName) === 0 ? serverName : '',
      ALPNProtocols: [...protocols],
      secureContext: context,
      rejectUnauthorized: false,
    });
    const settle = (opened: Opened): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      forget();
      if (opened.outcome === 'failed') socket.destroy();
      resolve(opened);
    };
    const fail = (failure: Failure): void => {
      const connectMs = connectedMs === undefined ? null : connectedMs - startedMs;
      settle({ outcome: 'failed', failure, connectMs });
    };
    let timer = setTimeout(() => {
      fail(timedOut('connect', timeoutMs, 'TCP connection').failure);
    }, timeoutMs);
    let forget = (): void => undefined;
    socket.on('connectionAttemptFailed', () => {
      local = false;
    });
    // Stays for the life of the socket: whatever comes after we lost interest must not be thrown.
    socket.on('error', (error) => {
      fail(nameFailure(error, phase, { local }));
    });
    socket.on('close', () => {
      fail({ phase, code: 'eof', detail: 'the connection was closed' });
    });
    socket.once('connect', () => {
      local = false;
      phase = 'handshake';
      connectedMs = clock.monotonicMs();
      clearTimeout(timer);
      timer = setTimeout(() => {
        fail(timedOut('handshake', timeoutMs, 'end of the TLS handshake').failure);
      }, timeoutMs);
    });
    socket.once('secureConnect', () => {
      const now = clock.monotonicMs();
      const connected = connectedMs ?? now;
      settle({
        outcome: 'secured',
        socket,
        connectMs: connected - startedMs,
        handshakeMs: now - connected,
      });
    });
    forget = onAbort(signal, () => {
      fail(aborted(phase).failure);
    });
  });
}
