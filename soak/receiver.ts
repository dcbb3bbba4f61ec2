import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../src/model/time.ts';
import { pick } from './chance.ts';

export const CHANNELS = ['webhook', 'slack'] as const;
export type Channel = (typeof CHANNELS)[number];

/** One request of the sender, as the receiver saw it. */
export interface Receipt {
  readonly channel: Channel;
  /** The alert's id: from `webhook-id`, or from the incident's link in a Slack message. */
  readonly alert: string;
  /** What the webhook's body says; Slack's is for people. */
  readonly type: string | null;
  /** The receiver took it over: to the reader it is there, whatever the sender came to know. */
  readonly accepted: boolean;
  readonly markedAsRepeat: boolean;
  /** Of a webhook's body; a message to Slack differs by the remark that it may be a repeat. */
  readonly digest: string | null;
}

const REPEAT_REMARK = '(possible repeat of a message sent before)';

/** `lost`: takes the message over, and the connection breaks before the answer. */
const MOODS = { ok: 60, limited: 10, error: 10, hang: 8, drop: 7, lost: 5 } as const;
type Mood = keyof typeof MOODS;

/** What the killer waits for. */
export type Moment = 'arrived' | 'answered';

export interface Receiver {
  readonly url: string;
  readonly receipts: readonly Receipt[];
  /** From now on everything is answered with 200. */
  readonly heal: () => void;
  /** Called once, at the next request. */
  readonly at: (moment: Moment, act: () => void) => void;
  readonly close: () => Promise<void>;
}

/** A real server that answers 200, 429, 500, never, or with a broken connection, as a seed says. */
export async function startReceiver(random: Random): Promise<Receiver> {
  const receipts: Receipt[] = [];
  let healthy = false;
  let waiting: { readonly moment: Moment; readonly act: () => void } | undefined;

  const reached = (moment: Moment): void => {
    if (waiting?.moment !== moment) return;
    const { act } = waiting;
    waiting = undefined;
    act();
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const channel: Channel = request.url === '/slack' ? 'slack' : 'webhook';
      const mood: Mood = healthy ? 'ok' : pick(random, MOODS);
      const accepted = mood === 'ok' || mood === 'lost';
      const body = Buffer.concat(chunks).toString('utf8');
      receipts.push(receiptOf(channel, String(request.headers['webhook-id']), body, accepted));
      reached('arrived');
      response.on('finish', () => {
        reached('answered');
      });
      answer(mood, random, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    receipts,
    heal: () => {
      healthy = true;
    },
    at: (moment, act) => {
      waiting = { moment, act };
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function receiptOf(channel: Channel, webhookId: string, body: string, accepted: boolean): Receipt {
  const markedAsRepeat = body.includes(REPEAT_REMARK);
  if (channel === 'slack') {
    const alert = /\/incidents\/([^"|>\s]+)/u.exec(body)?.[1] ?? '';
    return { channel, alert, type: null, accepted, markedAsRepeat, digest: null };
  }
  const { type } = JSON.parse(body) as { readonly type: string };
  const digest = createHash('sha256').update(body).digest('base64url');
  return { channel, alert: decodeURIComponent(webhookId), type, accepted, markedAsRepeat, digest };
}

function answer(mood: Mood, random: Random, response: ServerResponse): void {
  switch (mood) {
    case 'ok':
      response.writeHead(200).end('ok');
      return;
    case 'limited':
      response.writeHead(429, { 'retry-after': String(1 + Math.floor(random() * 5)) }).end();
      return;
    case 'error':
      response.writeHead(500).end('out of order');
      return;
    case 'hang':
      return;
    case 'drop':
    case 'lost':
      response.socket?.destroy();
  }
}
