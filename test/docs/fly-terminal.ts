import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Sandbox } from '../../src/sandbox/index.ts';

/**
 * Carries out the `fly certs …` of the pages on the sandbox, which takes them as flyctl would. Listens on the Unix socket that it is given, and
 * speaks like the session: `{"args"}` in, `{"exitCode", "stdout", "stderr"}` out.
 */
export async function openFlyTerminal(
  path: string,
  sandbox: Pick<Sandbox, 'applyFlyCommand'>,
): Promise<() => Promise<void>> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => {
      const { args } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly args: readonly string[] };
      const command = ['fly', ...args.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`)].join(' ');
      socket.end(JSON.stringify(sandbox.applyFlyCommand(command)));
    });
  }).listen(path);
  await once(server, 'listening');
  return async () => {
    server.close();
    await once(server, 'close');
  };
}
