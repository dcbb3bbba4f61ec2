import net from 'node:net';
import { aborted, onAbort, timedOut } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { nameFailure } from './failure.ts';
import { ProbeError } from './probe-error.ts';

/** A plain TCP connection to exactly this address; the caller's to destroy. Rejects with a ProbeError. */
export function openTcp(endpoint: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: endpoint.address, port: endpoint.port });
    let local = true;
    let settled = false;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      forget();
      act();
    };
    const fail = (error: ProbeError): void => {
      settle(() => {
        socket.destroy();
        reject(error);
      });
    };
    const timer = setTimeout(() => {
      fail(timedOut('connect', timeoutMs, 'TCP connection'));
    }, timeoutMs);
    let forget = (): void => undefined;
    socket.on('connectionAttemptFailed', () => {
      local = false;
    });
    socket.on('error', (error) => {
      fail(new ProbeError(nameFailure(error, 'connect', { local })));
    });
    socket.on('connect', () => {
      settle(() => {
        resolve(socket);
      });
    });
    forget = onAbort(signal, () => {
      fail(aborted('connect'));
    });
  });
}
