import { createServer } from 'node:net';
import type { Server as TcpServer, Socket } from 'node:net';

/** Listens; resolves with the port. */
export function listen(server: TcpServer, host: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Stops listening and ends what is open: a sandbox that waits for its visitors would never end. */
export function closeServer(server: TcpServer, open: Iterable<Socket> = []): Promise<void> {
  return new Promise((resolve) => {
    for (const socket of open) socket.destroy();
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => {
      resolve();
    });
  });
}

/** Keeps count of a server's open connections. */
export function trackSockets(server: TcpServer): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/** Linux answers on all of 127.0.0.0/8; other systems on 127.0.0.1 only, unless told otherwise. */
export async function isListenable(host: string): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server, host);
    return true;
  } catch {
    return false;
  } finally {
    await closeServer(server);
  }
}
