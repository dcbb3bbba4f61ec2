import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import type { CertificateAuthority, CertificateFlaw } from './certificate-authority.ts';
import { parseClientHello } from './client-hello.ts';
import { createEdgeHttp } from './edge-http.ts';
import { faultNumber } from './faults.ts';
import type { FaultName, Faults } from './faults.ts';
import { closeServer, listen, trackSockets } from './listen.ts';
import { routeOf } from './routing.ts';
import type { World } from './world.ts';

export interface EdgeStats {
  /** TCP connections, TLS handshakes that the server saw through, HTTP requests. */
  readonly connections: number;
  readonly handshakes: number;
  readonly requests: number;
}

export interface Edge {
  readonly addresses: readonly string[];
  readonly port: number;
  /** Stops listening at one address: connections to it are refused. */
  readonly stop: (address: string) => Promise<void>;
  readonly start: (address: string) => Promise<void>;
  readonly stats: () => EdgeStats;
  readonly close: () => Promise<void>;
}

const HELLO_TIMEOUT_MS = 60_000;
const MAX_PORT_ATTEMPTS = 20;
const MAX_COUNTED_NAMES = 10_000;
const UNRECOGNIZED_NAME = 112;

/** @param addresses loopback addresses, all served at one port */
export async function startEdge(
  world: World,
  faults: Faults,
  authority: CertificateAuthority,
  addresses: readonly string[],
): Promise<Edge> {
  const http = createEdgeHttp(world, faults, authority);
  let connections = 0;
  const recent: number[] = [];

  const isThrottled = (name: string, address: string): boolean => {
    const fault = faults.strikes('edge-throttle', name, address);
    if (fault === undefined) return false;
    const at = performance.now();
    while (recent[0] !== undefined && recent[0] <= at - 1000) recent.shift();
    if (recent.length >= faultNumber(fault, 5)) return true;
    recent.push(at);
    return false;
  };

  const countError = (name: string): void => {
    const known = world.handshakeErrors.get(name) ?? 0;
    if (known > 0 || world.handshakeErrors.size < MAX_COUNTED_NAMES)
      world.handshakeErrors.set(name, known + 1);
  };

  const accept = (socket: Socket, hello: Buffer, name: string, address: string): void => {
    const strikes = (fault: FaultName) => faults.strikes(fault, name, address);
    if (isThrottled(name, address) || strikes('edge-eof')) {
      countError(name);
      socket.end();
      return;
    }
    if (strikes('edge-reset')) {
      countError(name);
      socket.resetAndDestroy();
      return;
    }
    const alert = strikes('edge-alert');
    if (alert) {
      countError(name);
      // A fatal alert in the clear: content type 21, version, length 2, level fatal, description.
      socket.end(Buffer.from([21, 3, 3, 0, 2, 2, faultNumber(alert, UNRECOGNIZED_NAME)]));
      return;
    }
    if (strikes('edge-silent')) return;
    if (strikes('edge-plain-http')) {
      socket.end(
        'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nplain HTTP only\n',
      );
      return;
    }
    if (routeOf(world, name, address).kind === 'abort') {
      countError(name);
      socket.end();
      return;
    }
    socket.unshift(hello);
    http.serve(socket, {
      ...flawOf(faults, name, address),
      http1Only: strikes('edge-http1-only') !== undefined,
      demandsClientCertificate: strikes('edge-late-alert') !== undefined,
    });
  };

  /** Reads the ClientHello off the raw connection, since everything is decided by the name in it. */
  const greet = (socket: Socket, address: string): void => {
    connections += 1;
    let received: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS).unref();
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
    });
    const read = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const hello = parseClientHello(received);
      if (hello.state === 'partial') return;
      clearTimeout(timer);
      socket.removeListener('data', read);
      socket.pause();
      if (hello.state === 'not-tls') socket.destroy();
      else accept(socket, received, hello.serverName ?? '', address);
    };
    socket.on('data', read);
  };

  const listeners = new Map<string, { readonly server: Server; readonly open: ReadonlySet<Socket> }>();
  const open = async (address: string, port: number): Promise<number> => {
    const server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
      greet(socket, address);
    });
    const sockets = trackSockets(server);
    const bound = await listen(server, address, port);
    listeners.set(address, { server, open: sockets });
    return bound;
  };
  const stop = async (address: string): Promise<void> => {
    const listener = listeners.get(address);
    listeners.delete(address);
    if (listener) await closeServer(listener.server, listener.open);
  };
  const stopAll = async (): Promise<void> => {
    await Promise.all([...listeners.keys()].map(stop));
  };

  const port = await onOnePort(addresses, open, stopAll);
  return {
    addresses,
    port,
    stop,
    start: async (address) => {
      if (!listeners.has(address)) await open(address, port);
    },
    stats: () => ({ connections, ...http.stats() }),
    close: async () => {
      http.close();
      await stopAll();
    },
  };
}

/** The kernel picks a port at the first address; where another address has it taken, all try again. */
async function onOnePort(
  addresses: readonly string[],
  open: (address: string, port: number) => Promise<number>,
  stopAll: () => Promise<void>,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    let port = 0;
    try {
      for (const address of addresses) port = await open(address, port);
      return port;
    } catch (error) {
      await stopAll();
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken || attempt === MAX_PORT_ATTEMPTS) throw error;
    }
  }
}

const FLAWS = {
  'certificate-expired': 'expired',
  'certificate-not-yet-valid': 'not-yet-valid',
  'certificate-expiring': 'expiring',
  'certificate-self-signed': 'self-signed',
  'certificate-untrusted': 'untrusted',
  'certificate-wrong-name': 'wrong-name',
  'certificate-incomplete-chain': 'incomplete-chain',
} as const satisfies Partial<Record<FaultName, CertificateFlaw>>;

function flawOf(faults: Faults, name: string, address: string): { flaw: CertificateFlaw; daysLeft: number } {
  for (const fault of Object.keys(FLAWS) as (keyof typeof FLAWS)[]) {
    const struck = faults.strikes(fault, name, address);
    if (struck) return { flaw: FLAWS[fault], daysLeft: faultNumber(struck, 10) };
  }
  return { flaw: 'valid', daysLeft: 0 };
}
