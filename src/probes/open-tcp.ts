import net from 'node:net';
import type { Phase } from '../model/failure.ts';
import { aborted, onAbort, timedOut } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { nameFailure } from './failure.ts';
import { ProbeError } from './probe-error.ts';

/** What a connection is for, and how long it may take from its beginning until `end.done`. */
export interface TcpPurpose {
  /** Which phase a failure belongs to. */
  readonly phase: Phase;
  /** Finishes `no … within 3 s`. */
  readonly waitingFor: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface TcpEnd<Value> {
  readonly done: (value: Value) => void;
  readonly fail: (error: ProbeError) => void;
}

/**
 * A plain TCP connection to exactly this address, given to `use` before it stands. Whatever comes first ends it: the value, a failure,
 * the time, the signal. The connection is destroyed unless there is a value. Rejects with a ProbeError.
 */
export function overTcp<Value>(
  { address, port }: Endpoint,
  { phase, waitingFor, timeoutMs, signal }: TcpPurpose,
  use: (socket: net.Socket, end: TcpEnd<Value>) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: address, port });
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
      fail(timedOut(phase, timeoutMs, waitingFor));
    }, timeoutMs);
    let forget = (): void => undefined;
    const elsewhere = (): void => {
      local = false;
    };
    socket.on('connectionAttemptFailed', elsewhere);
    socket.on('connect', elsewhere);
    socket.on('error', (error) => {
      fail(new ProbeError(nameFailure(error, phase, { local })));
    });
    const done = (value: Value): void => {
      settle(() => {
        resolve(value);
      });
    };
    use(socket, { done, fail });
    forget = onAbort(signal, () => {
      fail(aborted(phase));
    });
  });
}

/** A connection that stands; the caller's to destroy. Rejects with a ProbeError. */
export function openTcp(endpoint: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<net.Socket> {
  const purpose: TcpPurpose = { phase: 'connect', waitingFor: 'TCP connection', timeoutMs, signal };
  return overTcp<net.Socket>(endpoint, purpose, (socket, { done }) => {
    socket.on('connect', () => {
      done(socket);
    });
  });
}
