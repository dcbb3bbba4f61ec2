import { createSocket } from 'node:dgram';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { PeerCertificate } from 'node:tls';
import { decode, encode } from 'dns-packet';
import type { DecodedPacket, RecordType } from 'dns-packet';
import type { Sandbox } from '../../src/sandbox/index.ts';

/** Visitors of the sandbox that share no code with it or with the product's own probes. */

export interface DnsReply {
  readonly rcode: string;
  readonly answers: readonly string[];
  readonly aa: boolean;
  readonly tc: boolean;
  readonly ra: boolean;
  readonly authority: readonly string[];
  readonly packet: DecodedPacket;
}

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

export function query(name: string, type: RecordType, id = 4711): Buffer {
  return encode({ type: 'query', id, flags: 0x0100, questions: [{ name, type }] });
}

/** Every datagram that comes within the time, or until `wanted` have come. */
export function datagrams(
  address: string,
  message: Buffer,
  wanted: number,
  waitMs: number,
): Promise<readonly Buffer[]> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const received: Buffer[] = [];
    const finish = (): void => {
      clearTimeout(timer);
      socket.close();
      resolve(received);
    };
    const timer = setTimeout(finish, waitMs);
    socket.on('error', reject);
    socket.on('message', (bytes) => {
      received.push(bytes);
      if (received.length === wanted) finish();
    });
    socket.send(message, port, host);
  });
}

export async function dnsUdp(address: string, name: string, type: RecordType = 'A'): Promise<DnsReply> {
  const [bytes] = await datagrams(address, query(name, type), 1, 3000);
  if (bytes === undefined) throw new Error(`no answer from ${address}`);
  return readReply(decode(bytes));
}

export function dnsTcp(address: string, name: string, type: RecordType = 'A'): Promise<DnsReply> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve, reject) => {
    const message = query(name, type);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    const socket = connect(port, host, () => socket.write(Buffer.concat([length, message])));
    let received = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      socket.destroy();
      resolve(readReply(decode(received.subarray(2))));
    });
  });
}

function readReply(packet: DecodedPacket): DnsReply {
  const { rcode } = packet as DecodedPacket & { readonly rcode: string };
  return {
    rcode,
    answers: (packet.answers ?? []).map((record) =>
      'data' in record && typeof record.data === 'string' ? record.data : record.type,
    ),
    aa: packet.flag_aa,
    tc: packet.flag_tc,
    ra: packet.flag_ra,
    authority: (packet.authorities ?? []).map(({ type, name }) => `${type} ${name}`),
    packet,
  };
}

/** The first flight of a real TLS client. */
export function clientHello(serverName: string): Promise<Buffer> {
  const [near, far] = duplexPair();
  return new Promise((resolve) => {
    far.once('data', (hello: Buffer) => {
      client.destroy();
      resolve(hello);
    });
    const client = connectTls({ socket: near, servername: serverName, ALPNProtocols: ['h2', 'http/1.1'] });
    client.on('error', () => undefined);
  });
}

/** What a bare TCP client sees after its ClientHello: which octets, and how the connection ended. */
export interface RawEnd {
  readonly ended: 'fin' | 'rst' | 'open';
  readonly received: Buffer;
}

export async function sendHello(
  target: { readonly address: string; readonly port: number; readonly serverName: string },
  { pieces = 1, waitMs = 3000 }: { readonly pieces?: number; readonly waitMs?: number } = {},
): Promise<RawEnd> {
  const hello = await clientHello(target.serverName);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: target.address, port: target.port, noDelay: true });
    let received = Buffer.alloc(0);
    const finish = (ended: RawEnd['ended']): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ended, received });
    };
    const timer = setTimeout(() => {
      finish('open');
    }, waitMs);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
    socket.on('end', () => {
      finish('fin');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') finish('rst');
      else reject(error);
    });
    socket.on('connect', () => {
      const size = Math.ceil(hello.length / pieces);
      for (let offset = 0; offset < hello.length; offset += size)
        socket.write(hello.subarray(offset, offset + size));
    });
  });
}

export interface TlsSeen {
  readonly error: string | null;
  readonly trusted: boolean;
  readonly trustError: string | null;
  readonly alpn: string | false | null;
  readonly certificate: PeerCertificate | null;
  /** The error that came after the handshake, when it was asked to stay. */
  readonly later: string | null;
}

export function handshake(
  sandbox: Sandbox,
  serverName: string,
  { address = '127.0.0.1', stay = false }: { readonly address?: string; readonly stay?: boolean } = {},
): Promise<TlsSeen> {
  return new Promise((resolve) => {
    const socket = connectTls({
      host: address,
      port: sandbox.addresses.httpsPort,
      servername: serverName,
      ca: sandbox.caPem,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    let seen: TlsSeen | null = null;
    const finish = (result: TlsSeen): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => {
      finish(seen ?? failedWith('silence'));
    }, 5000);
    socket.on('secureConnect', () => {
      seen = {
        error: null,
        trusted: socket.authorized,
        trustError: socket.authorized ? null : String(codeOf(socket.authorizationError)),
        alpn: socket.alpnProtocol,
        certificate: socket.getPeerCertificate(),
        later: null,
      };
      if (!stay) finish(seen);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (seen) finish({ ...seen, later: String(error.code) });
      else finish(failedWith(String(error.code)));
    });
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}

function failedWith(error: string): TlsSeen {
  return { error, trusted: false, trustError: null, alpn: null, certificate: null, later: null };
}

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** GET / over HTTP/2. Rejects with what went wrong: `silence`, `endless`, `cut`, or the error of the connection. */
export function get(
  sandbox: Sandbox,
  host: string,
  {
    address = '127.0.0.1',
    path = '/',
    waitMs = 5000,
  }: { readonly address?: string; readonly path?: string; readonly waitMs?: number } = {},
): Promise<Page> {
  const { httpsPort } = sandbox.addresses;
  let status = 0;
  let headers: Record<string, string> = {};
  let body = '';
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`https://${host}`, {
      createConnection: () =>
        connectTls({
          host: address,
          port: httpsPort,
          servername: host,
          ca: sandbox.caPem,
          ALPNProtocols: ['h2'],
        }),
    });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      session.destroy();
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(new Error(status === 0 ? 'silence' : 'endless'));
    }, waitMs);
    session.on('error', fail);
    const request = session.request({ ':path': path });
    request.setEncoding('utf8');
    request.on('error', fail);
    request.on('response', (received) => {
      status = received[':status'] ?? 0;
      headers = Object.fromEntries(Object.entries(received).map(([name, value]) => [name, String(value)]));
    });
    request.on('data', (chunk: string) => (body += chunk));
    request.on('close', () => {
      clearTimeout(timer);
      session.destroy();
      if (Buffer.byteLength(body) < Number(headers['content-length'] ?? 0)) reject(new Error('cut'));
      else if (status === 0) reject(new Error('closed'));
      else resolve({ status, headers, body });
    });
    request.end();
  });
}
