/**
 * Runs command lines of the program one after the other in one process, so that a page with twenty commands does not start
 * Node twenty times. Listens on the Unix socket that it is given; each connection is one command line:
 * `{"args", "cwd", "env"}` in, `{"exitCode", "stdout", "stderr"}` out.
 */
import { createServer } from 'node:net';
import { main } from '../../src/main.ts';

interface Asked {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

// The program listens for errors of its streams each time it starts; here it starts often.
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);

let queue: Promise<void> = Promise.resolve();

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('end', () => {
    queue = queue.then(async () => {
      socket.end(JSON.stringify(await perform(JSON.parse(Buffer.concat(chunks).toString()) as Asked)));
    });
  });
});
server.listen(process.argv[2], () => {
  process.stdout.write('listening\n');
});
process.on('SIGTERM', () => process.exit(0));

async function perform({ args, cwd, env }: Asked): Promise<object> {
  const written = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const restore = streams.map((name) => {
    const stream = process[name];
    const write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array): boolean => {
      written[name] += chunk.toString();
      return true;
    };
    return () => (stream.write = write);
  });
  process.chdir(cwd);
  process.env = { ...env };
  try {
    return { exitCode: await main(args), ...written };
  } catch (error) {
    return { exitCode: 70, ...written, stderr: String(error) };
  } finally {
    for (const undo of restore) undo();
  }
}
