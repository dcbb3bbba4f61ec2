import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Server as TcpServer } from 'node:net';
import { decode, encode } from 'dns-packet';
import type { DecodedPacket, Packet } from 'dns-packet';
import { respond } from './dns-answer.ts';
import type { DnsRole } from './dns-answer.ts';
import { encodeResponse } from './dns-encode.ts';
import { faultNumber } from './faults.ts';
import type { Faults } from './faults.ts';
import { closeServer, listen, trackSockets } from './listen.ts';
import type { World } from './world.ts';
import type { Zone } from './zone.ts';

export interface DnsServer {
  /** `ip:port`, the same port for UDP and TCP. */
  readonly address: string;
  /** Remembers the zones for `dns-stale`. */
  readonly freeze: () => void;
  readonly close: () => Promise<void>;
}

const HOST = '127.0.0.1';
const MAX_PORT_ATTEMPTS = 20;

/** One name server, UDP and TCP on one ephemeral port. */
export async function startDnsServer(world: World, faults: Faults, role: DnsRole): Promise<DnsServer> {
  let frozen: readonly Zone[] = [];
  let address = '';

  /** The messages to send, in order; none for silence. */
  const answers = async (message: Buffer, transport: 'udp' | 'tcp'): Promise<readonly Buffer[]> => {
    const query = decodeQuery(message);
    const question = query?.questions?.[0];
    if (query === undefined || question === undefined) return [];
    const strikes = (fault: Parameters<Faults['strikes']>[0]) =>
      faults.strikes(fault, question.name, address);

    if (strikes('dns-silent')) return [];
    const slow = strikes('dns-slow');
    if (slow) await new Promise((resolve) => setTimeout(resolve, faultNumber(slow, 2000)).unref());
    if (strikes('dns-malformed')) return [Buffer.concat([message.subarray(0, 2), Buffer.alloc(9, 0xff)])];

    const response = respond({
      query,
      question,
      role,
      zones: strikes('dns-stale') ? frozen : world.zones(),
      strikes,
    });
    const bytes = encodeResponse(response);
    if (transport === 'tcp') return [bytes];
    const limit = payloadSize(query);
    const udp = strikes('dns-truncated') || bytes.length > limit ? encode(truncated(response)) : bytes;
    return strikes('dns-forged') ? [...forgeries(response), udp] : [udp];
  };

  const tcp = createServer((socket) => {
    let pending = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const message = pending.subarray(2, 2 + pending.readUInt16BE(0));
        pending = pending.subarray(2 + message.length);
        answers(message, 'tcp').then(
          (replies) => {
            for (const reply of replies) if (socket.writable) socket.write(withLength(reply));
          },
          () => socket.destroy(),
        );
      }
    });
  });
  const open = trackSockets(tcp);
  const udp = createSocket('udp4');
  const port = await listenOnBoth(tcp, udp);
  address = `${HOST}:${port}`;

  udp.on('message', (message: Buffer, from: RemoteInfo) => {
    answers(message, 'udp').then(
      (replies) => {
        // The socket may have been closed while a slow answer waited.
        for (const reply of replies) if (!closed) udp.send(reply, from.port, from.address);
      },
      // A question that nobody can answer is the visitor's trouble, never the end of the sandbox.
      () => undefined,
    );
  });
  let closed = false;

  return {
    address,
    freeze: () => {
      frozen = world.zones().map((zone) => zone.frozen());
    },
    close: async () => {
      closed = true;
      await Promise.all([closeServer(tcp, open), new Promise<void>((resolve) => udp.close(resolve))]);
    },
  };
}

/** The kernel picks the TCP port; when UDP has it taken, another one. */
async function listenOnBoth(tcp: TcpServer, udp: UdpSocket): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await listen(tcp, HOST);
    try {
      await new Promise<void>((resolve, reject) => {
        udp.once('error', reject);
        udp.bind({ address: HOST, port, exclusive: true }, () => {
          udp.removeListener('error', reject);
          resolve();
        });
      });
      return port;
    } catch (error) {
      await closeServer(tcp);
      if (attempt === MAX_PORT_ATTEMPTS) throw error;
    }
  }
}

function decodeQuery(message: Buffer): DecodedPacket | undefined {
  try {
    const packet = decode(message);
    return packet.type === 'query' ? packet : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 6891: what the client says it can take, else RFC 1035's 512 octets. */
function payloadSize(query: DecodedPacket): number {
  const opt = query.additionals?.find((record) => record.type === 'OPT');
  return opt?.type === 'OPT' ? Math.max(512, opt.udpPayloadSize) : 512;
}

function truncated(response: Packet): Packet {
  return { ...response, flags: (response.flags ?? 0) | 0x0200, answers: [], authorities: [] };
}

/** What an attacker who cannot see the query might send: the wrong id, and an answer to another question. */
function forgeries(response: Packet): readonly Buffer[] {
  const name = response.questions?.[0]?.name ?? 'forged.example';
  const answer = (owner: string) => ({ type: 'A', name: owner, ttl: 60, data: '127.0.0.66' }) as const;
  return [
    encode({ ...response, id: ((response.id ?? 0) + 1) & 0xffff, answers: [answer(name)] }),
    encode({
      ...response,
      questions: [{ type: 'A', name: 'forged.example' }],
      answers: [answer('forged.example')],
    }),
  ];
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
