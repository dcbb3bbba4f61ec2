import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Of a GraphQL request. */
  readonly operation: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a text. */
  readonly body?: unknown;
}

/** Answers, or takes the raw response to misbehave with. */
export type Behaviour = (request: Received, response: ServerResponse) => Reply | undefined;

export interface FlyServer {
  readonly url: string;
  readonly received: readonly Received[];
  readonly close: () => Promise<void>;
}

function read(message: IncomingMessage, body: string): Received {
  const url = new URL(message.url ?? '/', 'http://localhost');
  const isGraphql = url.pathname.endsWith('/graphql');
  const sent = isGraphql ? (JSON.parse(body) as { query: string; variables: Record<string, unknown> }) : null;
  return {
    method: message.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    body,
    operation: sent === null ? null : (/^query (\w+)/.exec(sent.query)?.[1] ?? null),
    variables: sent?.variables ?? {},
  };
}

/** A server on a loopback port that behaves as told and keeps what it received. */
export async function serveFly(behave: Behaviour): Promise<FlyServer> {
  const received: Received[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const request = read(message, Buffer.concat(chunks).toString());
      received.push(request);
      const reply = behave(request, response);
      if (reply === undefined) return;
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
      const status = reply.status ?? 200;
      response.writeHead(status, { 'content-type': 'application/json', ...reply.headers });
      response.end(status === 204 || status === 304 ? undefined : text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
