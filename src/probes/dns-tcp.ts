import { stopped } from './deadline.ts';
import { readMessage, type Query, type Response } from './dns-message.ts';
import type { Endpoint } from './endpoint.ts';
import { overTcp, type TcpPurpose } from './open-tcp.ts';

/**
 * Asks over TCP (RFC 7766), one question on one connection, for an answer that does not fit a datagram. The length
 * prefix bounds what is read to 64 KiB. Rejects with a ProbeError.
 */
export function askOverTcp(
  query: Query,
  server: Endpoint,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Response> {
  const purpose: TcpPurpose = { phase: 'resolve', waitingFor: 'answer over TCP', timeoutMs, signal };
  return overTcp<Response>(server, purpose, (socket, { done, fail }) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const closed = (): void => {
      fail(stopped('resolve', 'eof', 'the server closed the TCP connection before its answer was complete'));
    };
    socket.on('end', closed);
    socket.on('close', closed);
    socket.on('connect', () => {
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(query.bytes.length);
      socket.write(Buffer.concat([prefix, query.bytes]));
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received < 2) return;
      // Joined only when complete: a server that sends byte by byte must not make us copy 64 KiB each time.
      const length = firstTwo(chunks);
      if (received < 2 + length) return;
      const reading = readMessage(query, Buffer.concat(chunks).subarray(2, 2 + length));
      if (reading.kind === 'response') done(reading.response);
      else fail(WRONG[reading.kind]());
      socket.destroy();
    });
  });
}

function firstTwo(chunks: readonly Buffer[]): number {
  const [first, second] = chunks;
  const high = first?.[0] ?? 0;
  const low = first !== undefined && first.length > 1 ? first[1] : second?.[0];
  return high * 256 + (low ?? 0);
}

const WRONG = {
  truncated: () => stopped('resolve', 'incomplete', 'the answer is truncated over TCP, too'),
  'no-edns': () => stopped('resolve', 'protocol', 'the server refuses the question over TCP'),
  mismatch: () => stopped('resolve', 'protocol', 'the answer does not match the question'),
  malformed: () => stopped('resolve', 'malformed', 'the answer could not be read'),
  'too-large': () => stopped('resolve', 'too-large', 'the answer has more records than we read'),
} as const;
