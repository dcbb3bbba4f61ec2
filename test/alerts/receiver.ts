import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the receiver does with a request: an answer, never any, or a connection that breaks. */
export type Behaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang'
  | 'drop'
  | 'garbage'
  | 'drip'
  | ((request: Received) => { readonly status: number; readonly body: string });

/** A real server on a loopback port of its own that keeps what it got. */
export async function startReceiver(initial: Behaviour = { status: 200, body: 'ok' }) {
  const received: Received[] = [];
  let behaviour = initial;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body };
      received.push(one);
      behave(behaviour, one, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    bodies: () => received.map(({ body }) => JSON.parse(body) as unknown),
    behave: (next: Behaviour) => {
      behaviour = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function behave(behaviour: Behaviour, request: Received, response: ServerResponse): void {
  if (typeof behaviour === 'function') {
    const { status, body } = behaviour(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    return;
  }
  switch (behaviour) {
    case 'hang':
      return;
    case 'drop':
      response.socket?.destroy();
      return;
    case 'garbage':
      response.socket?.end('\u0000\u0001 this is no HTTP\r\n\r\n');
      return;
    case 'drip': {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => {
        clearInterval(timer);
      });
      return;
    }
    default:
      response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? '');
  }
}
