import { isRecord, parsed, send, type DaemonRequest } from './daemon-request.ts';

/** One event of a daemon: its name and its JSON. */
export interface DaemonEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What one event may take: far above any of ours. */
const MAX_EVENT_LENGTH = 4 * 1024 * 1024;

/**
 * Server-sent events as they come, until the server ends the stream; what is no JSON object is left out. Rejects when the
 * connection fails, the answer is no stream of events, or the signal is aborted.
 */
export async function* daemonEvents(
  request: Omit<DaemonRequest, 'timeoutMs' | 'body'>,
  signal: AbortSignal,
): AsyncGenerator<DaemonEvent, void, undefined> {
  const response = await send(request, 'text/event-stream', signal);
  const type = response.headers['content-type'];
  if (response.statusCode !== 200 || typeof type !== 'string' || !type.startsWith('text/event-stream')) {
    await response.body.dump({ limit: 65_536, signal });
    throw new Error(`it answered ${response.statusCode}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    if (text.length > MAX_EVENT_LENGTH) throw new Error('its event is too large');
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== null) yield event;
    }
  }
}

/** `event:` and `data:` of one block (HTML Living Standard, server-sent events); null for a comment. */
function eventOf(block: string): DaemonEvent | null {
  const field = (name: string): string =>
    block
      .split('\n')
      .flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : []))
      .join('\n');
  const data = parsed(field('data'));
  return isRecord(data) ? { name: field('event'), data } : null;
}
