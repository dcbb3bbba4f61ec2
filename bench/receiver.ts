import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderSlackText } from '../src/sandbox/slack-text.ts';

export interface Arrived {
  /** Monotonic, like `performance.now()`. */
  readonly atMs: number;
  readonly text: string;
}

/** A Slack webhook in this process, so that the moment of arrival is known. */
export interface Receiver {
  readonly url: string;
  /** Resolves with the first message that is not older than `sinceMs` and fits; rejects after the time. */
  readonly message: (fits: RegExp, sinceMs: number, withinMs: number) => Promise<Arrived>;
  readonly stop: () => Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const arrived: Arrived[] = [];
  let wake = (): void => undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const payload: unknown = JSON.parse(Buffer.concat(chunks).toString());
      arrived.push({ atMs: performance.now(), text: renderSlackText(payload) });
      response.end('ok');
      wake();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T/B/bench`,
    message: async (fits, sinceMs, withinMs) => {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const found = arrived.find(({ atMs, text }) => atMs >= sinceMs && fits.test(text));
        if (found !== undefined) return found;
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) throw new Error(`no message like ${String(fits)} within ${withinMs} ms`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leftMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
