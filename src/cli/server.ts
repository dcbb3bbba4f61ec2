import type { VerifyResult } from '../model/diagnosis.ts';
import { isRecord, postToDaemon, type DaemonAnswer } from './daemon-request.ts';

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

/** How long a daemon may take beyond the round itself. */
const GRACE_MS = 5_000;

/**
 * Asks a daemon to verify: `POST /api/v1/verifications` with `{tenants: […] | all: true, claims, wait}`. It answers with the document of
 * `verify --format json` when the round is over. Rejects only when the signal is aborted.
 */
export async function askServer(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer> {
  const { url, token, userAgent, timeoutMs } = request;
  const body = {
    ...(request.names === null ? { all: true } : { tenants: request.names }),
    claims: request.claims,
    wait: `${Math.ceil(timeoutMs / 1000)}s`,
  };
  const path = '/api/v1/verifications';
  const asked = { url, path, token, body, timeoutMs: timeoutMs + GRACE_MS, userAgent };
  return answerOf(await postToDaemon(asked, signal));
}

function answerOf(answer: DaemonAnswer): ServerAnswer {
  if (answer.kind === 'unavailable') return answer;
  const { status, document, message } = answer;
  if (status === 401) return { kind: 'rejected', detail: 'it does not accept the token (TENANTWATCH_TOKEN)' };
  if (status === 403) return { kind: 'rejected', detail: 'the token (TENANTWATCH_TOKEN) may not verify' };
  if (status === 404 && message !== null) return { kind: 'no-tenant', detail: message };
  if (status === 200 || status === 201) {
    return isResult(document)
      ? { kind: 'result', result: document }
      : { kind: 'unavailable', detail: 'its answer is no verification' };
  }
  if (status === 400 || status === 422)
    return { kind: 'rejected', detail: message ?? `it answered ${status}` };
  return { kind: 'unavailable', detail: `it answered ${status}` };
}

function isResult(document: unknown): document is VerifyResult {
  return (
    isRecord(document) &&
    document.schema === 'tenantwatch.verify/1' &&
    [document.monitor, document.platform].every((scope) => isRecord(scope) && Array.isArray(scope.checks)) &&
    Array.isArray(document.tenants)
  );
}
