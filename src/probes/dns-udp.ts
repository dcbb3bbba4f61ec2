import dgram from 'node:dgram';
import { aborted, onAbort, stopped, timedOut } from './deadline.ts';
import { EDNS_PAYLOAD_BYTES, readMessage, type Query, type Reading } from './dns-message.ts';
import type { Endpoint } from './endpoint.ts';
import { nameFailure } from './failure.ts';
import { ProbeError } from './probe-error.ts';

/** A server that sends more wrong datagrams than this to one question is not worth listening to. */
const MAX_IGNORED = 100;

export type UdpReading = Extract<Reading, { kind: 'response' | 'truncated' | 'no-edns' }>;

/**
 * Sends the query from a fresh socket that is connected to the server, so that the kernel drops what others send and
 * the port is random. What does not match is ignored while waiting goes on (RFC 5452 section 9.1): an honest answer
 * may come after a forged one. Rejects with a ProbeError; then tells what was ignored rather than just "timeout".
 */
export function askOverUdp(
  query: Query,
  server: Endpoint,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<UdpReading> {
  return new Promise((resolve, reject) => {
    const ipv6 = server.address.includes(':');
    const socket = dgram.createSocket({
      type: ipv6 ? 'udp6' : 'udp4',
      // The address is a literal: no reason to visit the resolver's thread pool.
      lookup: (hostname, _options, callback) => {
        callback(null, hostname, ipv6 ? 6 : 4);
      },
    });
    const ignored = { mismatch: 0, malformed: 0, 'too-large': 0 };
    let settled = false;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      forget();
      socket.close();
      act();
    };
    const fail = (error: ProbeError): void => {
      settle(() => {
        reject(error);
      });
    };
    const timer = setTimeout(() => {
      fail(whatCame(ignored) ?? timedOut('resolve', timeoutMs, 'answer'));
    }, timeoutMs);
    let forget = (): void => undefined;
    socket.on('error', (error) => {
      fail(new ProbeError(nameFailure(error, 'resolve', { local: isLocal(error) })));
    });
    socket.on('message', (message) => {
      const reading: Reading =
        message.length > EDNS_PAYLOAD_BYTES ? { kind: 'too-large' } : readMessage(query, message);
      switch (reading.kind) {
        case 'response':
        case 'truncated':
        case 'no-edns':
          settle(() => {
            resolve(reading);
          });
          return;
        case 'mismatch':
        case 'malformed':
        case 'too-large':
          ignored[reading.kind] += 1;
          if (ignored.mismatch + ignored.malformed + ignored['too-large'] >= MAX_IGNORED)
            fail(whatCame(ignored) ?? stopped('resolve', 'protocol', 'too many wrong answers'));
      }
    });
    forget = onAbort(signal, () => {
      fail(aborted('resolve'));
    });
    if (signal.aborted) return;
    socket.connect(server.port, server.address, () => {
      // A failed connect is an error event; a failed send comes to the callback. We may have been stopped meanwhile.
      if (signal.aborted || settled) return;
      socket.send(query.bytes, (error) => {
        if (error !== null) fail(new ProbeError(nameFailure(error, 'resolve')));
      });
    });
  });
}

function whatCame(ignored: Record<'mismatch' | 'malformed' | 'too-large', number>): ProbeError | undefined {
  if (ignored.malformed > 0)
    return stopped('resolve', 'malformed', `${ignored.malformed} answers could not be read`);
  if (ignored['too-large'] > 0)
    return stopped('resolve', 'too-large', `${ignored['too-large']} answers were larger than we allow`);
  if (ignored.mismatch > 0)
    return stopped('resolve', 'protocol', `${ignored.mismatch} answers did not match the question`);
  return undefined;
}

/** Connecting a UDP socket sends nothing: its failure is this machine's. */
function isLocal(error: Error): boolean {
  return 'syscall' in error && error.syscall === 'connect';
}
