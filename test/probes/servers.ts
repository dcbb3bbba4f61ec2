import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { HandshakeTarget } from '../../src/probes/index.ts';
import { TENANT_NAME } from '../support/certificates.ts';

/** Servers of one test file on loopback; all ended at its end. */
export interface Servers {
  /** Bytes only: what happens on the wire, byte by byte. */
  readonly raw: (onSocket: (socket: net.Socket) => void) => Promise<number>;
  /** A TLS server; what it says inside is the test's. */
  readonly tls: (options: tls.TlsOptions, onSocket?: (socket: TLSSocket) => void) => Promise<number>;
  readonly https: (options: tls.TlsOptions, listener: http.RequestListener) => Promise<number>;
  readonly http: (listener: http.RequestListener) => Promise<number>;
  readonly h2: (
    options: http2.SecureServerOptions,
    listener: (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void,
  ) => Promise<number>;
  readonly close: () => Promise<void>;
}

export function createServers(): Servers {
  const servers: net.Server[] = [];
  const sockets = new Set<net.Socket>();
  const listen = async (server: net.Server): Promise<number> => {
    servers.push(server);
    for (const event of ['connection', 'secureConnection']) {
      server.on(event, (socket: net.Socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => sockets.delete(socket));
      });
    }
    server.on('tlsClientError', () => undefined);
    server.on('sessionError', () => undefined);
    server.on('clientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  return {
    raw: (onSocket) => listen(net.createServer(onSocket)),
    tls: (options, onSocket = () => undefined) => listen(tls.createServer(options, onSocket)),
    https: async (options, listener) => {
      const inner = http.createServer(listener);
      return listen(
        tls.createServer({ ALPNProtocols: ['http/1.1'], ...options }, (socket) => {
          inner.emit('connection', socket);
        }),
      );
    },
    http: (listener) => listen(http.createServer(listener)),
    h2: (options, listener) => {
      const server = http2.createSecureServer(options, (request, response) => {
        response.on('error', () => undefined);
        response.stream.on('error', () => undefined);
        listener(request, response);
      });
      return listen(server);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        servers.map(async (server) => {
          server.close();
          await once(server, 'close');
        }),
      );
    },
  };
}

/** The tenant's name at a port of this machine. */
export function at(port: number, serverName = TENANT_NAME): HandshakeTarget {
  return { address: '127.0.0.1', port, serverName, attempt: 1, priority: 'gate' };
}
