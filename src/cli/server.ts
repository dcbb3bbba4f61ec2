import { interruptedBy } from './interrupted.ts';
import type { VerifyResult } from '../model/diagnosis.ts';
import { plainText } from '../model/text.ts';

export interface ServerRequest {
  /** Base URL of the daemon. */
  readonly url: string;
  readonly token: string | null;
  /** Names as the user gave them; null: all. */
  readonly names: readonly string[] | null;
  readonly claims: boolean;
  readonly timeoutMs: number;
  readonly userAgent: string;
}

export type ServerAnswer =
  | { readonly kind: 'result'; readonly result: VerifyResult }
  /** No tenant has one of these names. */
  | { readonly kind: 'no-tenant'; readonly detail: string }
  /** The token, or the request, is wrong: probing from here would hide that. */
  | { readonly kind: 'rejected'; readonly detail: string }
  /** Refused, timed out, or in trouble itself: probing from here still can tell. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/** A result of 10,000 tenants is about 40 MB; beyond this the server is not one of ours. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Asks a daemon to verify: `POST /api/v1/verifications` with `{tenants: […] | all: true, claims, wait}`. It answers with the document of
 * `verify --format json` when the round is over. Rejects only when the signal is aborted.
 */
export async function askServer(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer> {
  const { request: send } = await import('undici');
  const target = `${request.url.replace(/\/+$/, '')}/api/v1/verifications`;
  const body = {
    ...(request.names === null ? { all: true } : { tenants: request.names }),
    claims: request.claims,
    wait: `${Math.ceil(request.timeoutMs / 1000)}s`,
  };
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs + 5_000)]);
  try {
    const response = await send(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': request.userAgent,
        ...(request.token === null ? {} : { authorization: `Bearer ${request.token}` }),
      },
      body: JSON.stringify(body),
      signal: deadline,
      // The answer comes when the round is over.
      headersTimeout: 0,
    });
    const text = await bounded(response.body);
    return answerOf(response.statusCode, text);
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

function answerOf(status: number, text: string): ServerAnswer {
  const document = parsed(text);
  const said = messageOf(document);
  if (status === 401) return { kind: 'rejected', detail: 'it does not accept the token (TENANTWATCH_TOKEN)' };
  if (status === 403) return { kind: 'rejected', detail: 'the token (TENANTWATCH_TOKEN) may not verify' };
  if (status === 404 && said !== null) return { kind: 'no-tenant', detail: said };
  if (status === 200 || status === 201) {
    return isResult(document)
      ? { kind: 'result', result: document }
      : { kind: 'unavailable', detail: 'its answer is no verification' };
  }
  if (status === 400 || status === 422) return { kind: 'rejected', detail: said ?? `it answered ${status}` };
  return { kind: 'unavailable', detail: `it answered ${status}` };
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

function isResult(document: unknown): document is VerifyResult {
  return (
    isRecord(document) &&
    document.schema === 'tenantwatch.verify/1' &&
    [document.monitor, document.platform].every((scope) => isRecord(scope) && Array.isArray(scope.checks)) &&
    Array.isArray(document.tenants)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached';
  return 'code' in error && typeof error.code === 'string' ? error.code : plainText(error.message);
}
