import { plainText } from '../model/text.ts';
import { interruptedBy } from './interrupted.ts';

/** One question to a daemon's API. */
export interface DaemonRequest {
  /** Base URL of the daemon. */
  readonly url: string;
  readonly path: string;
  readonly token: string | null;
  readonly body: object;
  /** Until the whole answer is there. */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

export type DaemonAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The JSON document; undefined when it is none. */
      readonly document: unknown;
      /** What it says is wrong; null where it says nothing, or is not our daemon. */
      readonly message: string | null;
    }
  | { readonly kind: 'unavailable'; readonly detail: string };

/** A result of 10,000 tenants is about 40 MB; beyond this the server is not one of ours. */
const MAX_BYTES = 256 * 1024 * 1024;

/** POSTs JSON. Rejects only when the signal is aborted; redirects are answers like any other. */
export async function postToDaemon(request: DaemonRequest, signal: AbortSignal): Promise<DaemonAnswer> {
  const { request: send } = await import('undici');
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]);
  try {
    const response = await send(`${request.url.replace(/\/+$/, '')}${request.path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': request.userAgent,
        ...(request.token === null ? {} : { authorization: `Bearer ${request.token}` }),
      },
      body: JSON.stringify(request.body),
      signal: deadline,
      // The answer may come when a whole round is over.
      headersTimeout: 0,
    });
    const document = parsed(await bounded(response.body));
    return { kind: 'answered', status: response.statusCode, document, message: messageOf(document) };
  } catch (error) {
    if (interruptedBy(signal) !== null) throw signal.reason;
    return { kind: 'unavailable', detail: deadline.aborted ? 'it did not answer in time' : describe(error) };
  }
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error('its answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `{"error": {"message"}}`, `{"message"}` or `{"error"}` of the daemon's own answers; null for anything else, such as a proxy's page. */
function messageOf(document: unknown): string | null {
  if (!isRecord(document)) return null;
  const { error, message } = document;
  const text = isRecord(error) ? error.message : (message ?? error);
  return typeof text === 'string' ? plainText(text) : null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached';
  return 'code' in error && typeof error.code === 'string' ? error.code : plainText(error.message);
}
