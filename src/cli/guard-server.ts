import type { TargetDecision } from '../guard/certificate-target.ts';
import { askDaemon, isRecord, type DaemonRequest } from './daemon-request.ts';

export type GuardAnswer =
  | { readonly kind: 'decided'; readonly decision: TargetDecision }
  /** The token is wrong: looking from here would hide that. */
  | { readonly kind: 'rejected'; readonly detail: string }
  | { readonly kind: 'unavailable'; readonly detail: string };

/** Asks a daemon: `POST /api/v1/guard/certificates` with `{hostname, app}`. Rejects only when the signal is aborted. */
export async function askGuard(
  request: Omit<DaemonRequest, 'path'>,
  signal: AbortSignal,
): Promise<GuardAnswer> {
  const answer = await askDaemon({ ...request, path: '/api/v1/guard/certificates' }, signal);
  if (answer.kind === 'unavailable') return answer;
  const { status, document, message } = answer;
  if (status === 401) return { kind: 'rejected', detail: 'it does not accept the token (TENANTWATCH_TOKEN)' };
  if (status === 403) return { kind: 'rejected', detail: 'the token (TENANTWATCH_TOKEN) may not ask this' };
  if (status === 400 || status === 422)
    return { kind: 'rejected', detail: message ?? `it answered ${status}` };
  return status === 200 && isDecision(document)
    ? { kind: 'decided', decision: document }
    : { kind: 'unavailable', detail: `it answered ${status}` };
}

const DECISIONS: readonly unknown[] = ['allowed', 'refused', 'unknown'];

function isDecision(document: unknown): document is TargetDecision {
  return (
    isRecord(document) &&
    DECISIONS.includes(document.decision) &&
    typeof document.reason === 'string' &&
    typeof document.text === 'string' &&
    (document.command === null || typeof document.command === 'string')
  );
}
