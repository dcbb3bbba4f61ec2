import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest, FastifyError } from 'fastify';
import { errorBody, HTTP_ERRORS, HttpError, sendError, toHttpError, type HttpErrorCode } from './errors.ts';

/**
 * What a connection may cost before anything of ours has looked at it. A peer that sends its request drop by drop holds a socket and
 * nothing else, and not for long.
 */
export const TRANSPORT = {
  requestTimeout: 30_000,
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 },
} as const;

/** Probes need sockets, too: whoever opens more than this meets a closed door, and the monitor goes on. */
export const MAX_CONNECTIONS = 1_000;

export function boundConnections(server: Server): void {
  server.maxConnections = MAX_CONNECTIONS;
}

/** What the router cannot even read: nothing of it comes back. */
export function answerUnroutable(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff');
  void sendError(reply, toHttpError(error));
}

/** What is no HTTP, or too much, or too slow, in the words of the catalogue; then the connection ends. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = new HttpError(BROKEN[error.code ?? ''] ?? 'bad-request');
  const body = JSON.stringify(errorBody(known));
  const { status } = HTTP_ERRORS[known.code];
  socket.end(
    `HTTP/1.1 ${String(status)} ${known.code}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
  );
}

/** Codes of Node's HTTP server. */
const BROKEN: Readonly<Partial<Record<string, HttpErrorCode>>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
};
