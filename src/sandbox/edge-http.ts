import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, Server as TlsServer, TlsOptions } from 'node:tls';
import type { CertificateAuthority, CertificateFlaw } from './certificate-authority.ts';
import type { Faults } from './faults.ts';
import { ulid } from './ids.ts';
import { routeOf } from './routing.ts';
import { answerRequest } from './site.ts';
import type { SiteAnswer } from './site.ts';
import type { World } from './world.ts';

/** How one connection is to be terminated, beside the name that was asked for. */
export interface Termination {
  readonly flaw: CertificateFlaw;
  readonly daysLeft: number;
  readonly http1Only: boolean;
  /** In TLS 1.3 the client has finished before the server can miss its certificate: the alert comes late. */
  readonly demandsClientCertificate: boolean;
}

/** TLS and HTTP of the edge, over raw connections whose ClientHello was pushed back. */
export interface EdgeHttp {
  readonly serve: (socket: Socket, termination: Termination) => void;
  /** TLS handshakes that the server saw through, and HTTP requests. */
  readonly stats: () => { readonly handshakes: number; readonly requests: number };
  readonly close: () => void;
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

const DRIP_MS = 50;

export function createEdgeHttp(world: World, faults: Faults, authority: CertificateAuthority): EdgeHttp {
  const connections = new Map<string, Socket>();
  const servers = new Map<string, TlsServer>();
  const timers = new Set<NodeJS.Timeout>();
  const counts = { handshakes: 0, requests: 0 };

  const handle = (request: Request, response: Response): void => {
    counts.requests += 1;
    const host = hostOf(request);
    if (!faults.strikes('edge-pristine', host)) {
      response.setHeader('server', 'Fly/6a3b1f0d (2026-10-12)');
      response.setHeader('via', `${request.httpVersionMajor === 2 ? '2' : '1.1'} fly.io`);
      response.setHeader('fly-request-id', `${ulid(world.now())}-fra`);
    }
    const answer = answerRequest(world, faults, {
      host,
      path: request.url ?? '/',
      method: request.method ?? 'GET',
    });
    perform(answer, response, {
      socket: connections.get(peerOf(request.socket)),
      drip: (write) => {
        const timer = setInterval(write, DRIP_MS);
        timers.add(timer);
        response.once('close', () => {
          clearInterval(timer);
          timers.delete(timer);
        });
      },
    });
  };

  const contextFor = (serverName: string, { flaw, daysLeft }: Termination): SecureContext | undefined => {
    const route = routeOf(world, serverName);
    if (route.kind === 'abort') return undefined;
    return authority.context({ names: route.names, flaw, daysLeft, expiresAt: route.expiresAt });
  };

  /** One server for each way of terminating: Node's callback for the name does not say which connection it is about. */
  const serverFor = (termination: Termination): TlsServer => {
    const id = JSON.stringify(termination);
    const known = servers.get(id);
    if (known !== undefined) return known;
    const options: TlsOptions = {
      requestCert: termination.demandsClientCertificate,
      rejectUnauthorized: termination.demandsClientCertificate,
      SNICallback: (serverName, done) => {
        done(null, contextFor(serverName, termination));
      },
    };
    const server = termination.http1Only
      ? createHttpsServer(options, handle)
      : createSecureServer({ ...options, allowHTTP1: true }, handle);
    server.on('secureConnection', () => {
      counts.handshakes += 1;
    });
    // Visitors that hang up in the middle are the rule here, not an error.
    server.on('tlsClientError', (_error: Error, socket: Duplex) => socket.destroy());
    server.on('sessionError', () => undefined);
    server.on('clientError', (_error: Error, socket: Duplex) => socket.destroy());
    servers.set(id, server);
    return server;
  };

  return {
    serve: (socket, termination) => {
      const peer = peerOf(socket);
      connections.set(peer, socket);
      socket.once('close', () => connections.delete(peer));
      serverFor(termination).emit('connection', socket);
    },
    stats: () => counts,
    close: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

interface Means {
  /** The TCP connection below the TLS one. */
  readonly socket: Socket | undefined;
  readonly drip: (write: () => void) => void;
}

function perform(answer: SiteAnswer, response: Response, means: Means): void {
  // Both kinds of response have these methods; their overloads do not unite.
  const out = response as ServerResponse;
  switch (answer.kind) {
    case 'answer':
      out.writeHead(answer.status, {
        'content-type': answer.type,
        'content-length': Buffer.byteLength(answer.body),
      });
      out.end(answer.body);
      return;
    case 'silent':
      return;
    case 'reset':
      means.socket?.resetAndDestroy();
      return;
    case 'eof':
      out.writeHead(200, { 'content-type': 'text/plain', 'content-length': 1000 });
      out.write('the beginning of an answer', () => means.socket?.end());
      return;
    case 'drip':
      out.writeHead(200, { 'content-type': 'text/plain' });
      means.drip(() => out.write('.'));
      return;
    case 'endless':
      out.writeHead(200, { 'content-type': 'text/plain' });
      pour(out);
  }
}

/** Writes as fast as the visitor reads: memory stays bounded by the stream's own buffer. */
function pour(out: ServerResponse): void {
  const chunk = Buffer.alloc(16_384, 'x');
  let ended = false;
  out.once('close', () => {
    ended = true;
  });
  const fill = (): void => {
    while (!ended && out.write(chunk));
  };
  out.on('drain', fill);
  fill();
}

function hostOf(request: Request): string {
  const authority = 'authority' in request ? request.authority : undefined;
  return (authority ?? request.headers.host ?? '').toLowerCase();
}

function peerOf(socket: Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress'>): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0} ${socket.localAddress ?? ''}`;
}
