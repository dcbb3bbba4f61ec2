import type { VerifyResult } from '../model/diagnosis.ts';
import type { Clock } from '../model/time.ts';
import { daemonEvents, type DaemonEvent } from './daemon-events.ts';
import { askDaemon, isRecord, type DaemonAnswer, type DaemonRequest } from './daemon-request.ts';
import { roundTimeoutMs } from './gate.ts';
import { isCheck, verdictIn, type Heard } from './heard.ts';
import type { Progress } from './progress.ts';

export interface ServerRequest {
  /** Base URL of the daemon. */
  readonly url: string;
  readonly token: string | null;
  /** Names as the user gave them; null: all. */
  readonly names: readonly string[] | null;
  readonly claims: boolean;
  /** Undefined: as long as so many tenants need. */
  readonly timeoutMs: number | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
}

export type ServerAnswer =
  | { readonly kind: 'result'; readonly result: VerifyResult }
  /** No tenant has one of these names. */
  | { readonly kind: 'no-tenant'; readonly detail: string }
  /** The token, or the request, is wrong: probing from here would hide that. */
  | { readonly kind: 'rejected'; readonly detail: string }
  /** Refused, timed out, or in trouble itself: probing from here still can tell. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/** Who follows its events: the screen, and the memory for the case that nobody waits for the end. */
export interface Listening {
  readonly progress: Progress;
  readonly heard: Heard;
}

/** How long a daemon may take beyond the round itself; a sweep that it makes before is bounded by this. */
const GRACE_MS = 5_000;
const SWEEP_MS = 30_000;
/** The daemon's own budget of handshakes is not known here: its default. */
const HANDSHAKES_PER_SECOND = 25;
const POLL_MS = 1_000;

/**
 * Asks a daemon to verify: starts it (`POST /api/v1/verifications`), shows its events as they come, and fetches the document of
 * `verify --format json` when it is over. Rejects only when the signal is aborted.
 */
export async function askServer(
  request: ServerRequest,
  { progress, heard }: Listening,
  signal: AbortSignal,
): Promise<ServerAnswer> {
  const { url, token, userAgent, names, claims, timeoutMs } = request;
  const asked = { url, token, userAgent, timeoutMs: (timeoutMs ?? SWEEP_MS) + GRACE_MS };
  const path = '/api/v1/verifications';
  const body = { ...(names === null ? { all: true } : { tenants: names }), claims };
  const started = await askDaemon({ ...asked, path, body }, signal);
  const refusal = refusalOf(started);
  if (refusal !== null) return refusal;
  const verification = statusOf(started);
  if (verification === null) return { kind: 'unavailable', detail: 'its answer is no verification' };

  progress.begin(verification.total);
  const limitMs =
    timeoutMs === undefined
      ? roundTimeoutMs(verification.total, HANDSHAKES_PER_SECOND) + SWEEP_MS
      : timeoutMs + GRACE_MS;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const own = { ...asked, path: `${path}/${verification.id}` };
  if (!(await follow(own, { progress, heard }, deadline))) await poll(own, request.clock, deadline);
  if (signal.aborted) throw signal.reason;
  if (deadline.aborted) return { kind: 'unavailable', detail: 'it was not ready in time' };

  const answer = await askDaemon({ ...own, path: `${own.path}/result` }, signal);
  if (answer.kind === 'unavailable') return answer;
  return answer.status === 200 && isResult(answer.document)
    ? { kind: 'result', result: answer.document }
    : { kind: 'unavailable', detail: answer.message ?? `it answered ${answer.status}` };
}

/** Passes events on until the last one; false when the stream ends or fails before. Rejects never. */
async function follow(
  request: DaemonRequest,
  { progress, heard }: Listening,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for await (const event of daemonEvents({ ...request, path: `${request.path}/events` }, signal)) {
      if (event.name === 'over') return true;
      heard.take(event);
      show(event, progress);
    }
  } catch {
    // A proxy may not let streams through; how far it is can be asked for as well.
  }
  return false;
}

function show({ name, data }: DaemonEvent, progress: Progress): void {
  if (name === 'check' && isCheck(data.check)) progress.check(data.check);
  const verdict = verdictIn(data);
  if (name === 'tenant' && verdict !== undefined) progress.tenant({ verdict });
}

/** Resolves when it is over, when it cannot be asked any more, or when the signal is aborted. */
async function poll(request: DaemonRequest, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      const status = statusOf(await askDaemon(request, signal));
      if (status?.state !== 'running') return;
      await clock.sleep(POLL_MS, signal);
    }
  } catch {
    // The caller sees by the signal why.
  }
}

/** Why it does not verify, if so. */
function refusalOf(answer: DaemonAnswer): Exclude<ServerAnswer, { kind: 'result' }> | null {
  if (answer.kind === 'unavailable') return answer;
  const { status, code, message } = answer;
  if (status === 401) return { kind: 'rejected', detail: 'it does not accept the token (TENANTWATCH_TOKEN)' };
  if (status === 403)
    return {
      kind: 'rejected',
      detail:
        message === null || code === 'forbidden'
          ? 'the token (TENANTWATCH_TOKEN) may not verify'
          : `it refuses: ${message}`,
    };
  if (code === 'no-such-tenant') return { kind: 'no-tenant', detail: message ?? 'it knows no such tenant' };
  if (status === 400 || status === 413 || status === 422)
    return { kind: 'rejected', detail: message ?? `it answered ${status}` };
  return status === 202 ? null : { kind: 'unavailable', detail: `it answered ${status}` };
}

function statusOf(
  answer: DaemonAnswer,
): { readonly id: string; readonly state: unknown; readonly total: number } | null {
  if (answer.kind === 'unavailable' || !isRecord(answer.document)) return null;
  const { verification } = answer.document;
  if (!isRecord(verification)) return null;
  const { id, state, total } = verification;
  return typeof id === 'string' && /^[\w-]+$/.test(id) && typeof total === 'number'
    ? { id, state, total }
    : null;
}

function isResult(document: unknown): document is VerifyResult {
  return (
    isRecord(document) &&
    document.schema === 'tenantwatch.verify/1' &&
    [document.monitor, document.platform].every((scope) => isRecord(scope) && Array.isArray(scope.checks)) &&
    Array.isArray(document.tenants)
  );
}
