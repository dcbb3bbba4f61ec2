import type { Dispatcher } from 'undici';
import { plainText } from '../model/text.ts';
import { interruptedBy } from './interrupted.ts';

/** One question to a daemon's API. */
export interface DaemonRequest {
  /** Base URL of the daemon. */
  readonly url: string;
  readonly path: string;
  readonly token: string | null;
  /** Sent with POST; without one it is a GET. */
  readonly body?: object;
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
      /** Of the catalogue of its API; null where it says none, or is not our daemon. */
      readonly code: string | null;
      /** What it says is wrong; null where it says nothing, or is not our daemon. */
      readonly message: string | null;
    }
  | { readonly kind: 'unavailable'; readonly detail: string };

/** A result of 10,000 tenants is about 40 MB; beyond this the server is not one of ours. */
const MAX_BYTES = 256 * 1024 * 1024;

/** POSTs JSON, or gets it. Rejects only when the signal is aborted; redirects are answers like any other. */
export async function askDaemon(request: DaemonRequest, signal: AbortSignal): Promise<DaemonAnswer> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]);
  try {
    const response = await send(request, 'application/json', deadline);
    const document = parsed(await bounded(response.body));
    return { kind: 'answered', status: response.statusCode, document, ...errorOf(document) };
  } catch (error) {
    if (interruptedBy(signal) !== null) throw signal.reason;
    return {
      kind: 'unavailable',
      detail: deadline.aborted ? 'it did not answer in time' : connectionTrouble(error),
    };
  }
}

/** Sends it and resolves with the head of the answer. No redirect is followed. */
export async function send(
  request: Omit<DaemonRequest, 'timeoutMs'>,
  accept: string,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { request: sendRequest } = await import('undici');
  const { body, token } = request;
  return sendRequest(`${request.url.replace(/\/+$/, '')}${request.path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      accept,
      'accept-encoding': 'identity',
      'user-agent': request.userAgent,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal,
    // The signal is the only bound: an answer may come when a sweep is over.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
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

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `{"error": {"code", "message"}}` as the daemon says it; nulls for anything else, such as a proxy's page. */
function errorOf(document: unknown): { readonly code: string | null; readonly message: string | null } {
  const error = isRecord(document) && isRecord(document.error) ? document.error : {};
  const { code, message } = error;
  return {
    code: typeof code === 'string' ? plainText(code) : null,
    message: typeof message === 'string' ? plainText(message) : null,
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why there was no answer, said of the server; the code stands behind it for whoever searches. */
function connectionTrouble(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (code === null) return plainText(error.message);
  const words = /CERT|SIGNATURE|ISSUER/.test(code)
    ? 'its certificate is not trusted'
    : (WORDS[code] ?? 'it cannot be reached');
  return `${words} (${plainText(code)})`;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name does not exist',
  EAI_AGAIN: 'its name cannot be resolved',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
};
