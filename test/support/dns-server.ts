import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import dnsPacket, { type Packet } from 'dns-packet';

/** What a test server does with a question; bytes are sent as they are, nothing is silence. */
export type DnsBehaviour = (question: {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly hasEdns: boolean;
  readonly recursionDesired: boolean;
  readonly transport: 'udp' | 'tcp';
  readonly bytes: Buffer;
}) => readonly Buffer[];

export interface DnsServer {
  /** `127.0.0.1:port`, the same for both transports. */
  readonly address: string;
  readonly questions: readonly { readonly name: string; readonly type: string; readonly transport: string }[];
  readonly close: () => Promise<void>;
}

/** A DNS server on loopback, UDP and TCP on one port, that behaves as it is told. */
export async function startDnsServer(
  behave: DnsBehaviour,
  options: { readonly tcp?: boolean; readonly onTcp?: (socket: net.Socket) => void } = {},
): Promise<DnsServer> {
  const questions: { name: string; type: string; transport: string }[] = [];
  const answer = (bytes: Buffer, transport: 'udp' | 'tcp'): readonly Buffer[] => {
    const packet = dnsPacket.decode(bytes);
    const [question] = packet.questions ?? [];
    const name = question?.name ?? '';
    const type = question?.type ?? '';
    questions.push({ name, type, transport });
    return behave({
      id: packet.id ?? 0,
      name,
      type,
      hasEdns: (packet.additionals ?? []).some((record) => record.type === 'OPT'),
      recursionDesired: ((packet.flags ?? 0) & dnsPacket.RECURSION_DESIRED) !== 0,
      transport,
      bytes,
    });
  };
  for (;;) {
    const udp = dgram.createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const { port } = udp.address();
    const sockets = new Set<net.Socket>();
    const tcp = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      if (options.onTcp !== undefined) {
        options.onTcp(socket);
        return;
      }
      socket.once('data', (data: Buffer) => {
        for (const reply of answer(data.subarray(2), 'tcp')) {
          const prefix = Buffer.alloc(2);
          prefix.writeUInt16BE(reply.length);
          socket.write(Buffer.concat([prefix, reply]));
        }
      });
    });
    if (options.tcp !== false) {
      tcp.listen(port, '127.0.0.1');
      try {
        await once(tcp, 'listening');
      } catch {
        udp.close(); // the port is taken for TCP: another one
        continue;
      }
    }
    udp.on('message', (data, from) => {
      for (const reply of answer(data, 'udp')) udp.send(reply, from.port, from.address);
    });
    return {
      address: `127.0.0.1:${port}`,
      questions,
      close: async () => {
        udp.close();
        for (const socket of sockets) socket.destroy();
        if (tcp.listening) {
          tcp.close();
          await once(tcp, 'close');
        }
      },
    };
  }
}

/** An answer to the question as a well-behaved server makes it, but for what is given. */
export function reply(
  question: { readonly id: number; readonly name: string; readonly type: string },
  packet: Omit<Packet, 'id' | 'type'> & { readonly rcode?: number },
): Buffer {
  const { rcode = 0, ...rest } = packet;
  return dnsPacket.encode({
    type: 'response',
    id: question.id,
    questions: [{ name: question.name, type: question.type as 'A', class: 'IN' }],
    ...rest,
    flags: (rest.flags ?? dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE) | rcode,
  });
}
