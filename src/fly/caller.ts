import type { Failure } from '../model/failure.ts';
import type { Taken } from '../model/observation.ts';
import { notTaken } from '../model/observation.ts';
import type { Recorder } from '../model/recorder.ts';
import { plainText } from '../model/text.ts';
import type { Clock, Random } from '../model/time.ts';
import { PATIENCE_MS } from './budget.ts';
import type { RequestBudget } from './budget.ts';
import type { ClockSample } from './fly-client.ts';
import { createClockSamples } from './clock-samples.ts';
import { FlyError, flyError, isTemporary, statusCode } from './error.ts';
import type { FlyToken } from './token.ts';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';

/** Further attempts after a temporary failure, and the jitter between them: fly-go's numbers. */
const RETRIES = 3;
const MIN_DELAY_MS = 100;
const MAX_DELAY_MS = 1_000;

export interface ApiCall<T> {
  readonly api: 'graphql' | 'machines' | 'logs' | 'prometheus';
  readonly method: HttpRequest['method'];
  readonly url: URL;
  readonly body?: string;
  /** Finishes "asking for …" in errors. */
  readonly what: string;
  /** The documented limit that it falls under, `<action>:<app>`; null: none. */
  readonly limit: string | null;
  /** May be sent again although the first may have arrived. */
  readonly repeatable: boolean;
  /** About one app: that it does not exist, or is not ours, is an answer and says nothing about the API. */
  readonly aboutApp: boolean;
  /** Makes sense of a 2xx answer, or throws a FlyError. */
  readonly read: (answer: HttpAnswer) => T;
}

export interface Caller {
  readonly call: <T>(call: ApiCall<T>, signal: AbortSignal) => Promise<T>;
  readonly lastCall: () => Taken<{ readonly api: 'graphql' | 'machines' }>;
  readonly clockSamples: () => readonly ClockSample[];
}

export interface CallerOptions {
  readonly token: FlyToken | null;
  readonly transport: Transport;
  readonly budget: RequestBudget;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: Pick<Recorder, 'apiRequest'> | null;
}

/** `Retry-After` in both its forms (RFC 9110 section 10.2.3), milliseconds. */
function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Fly's own words in an error body: `{"error": …}`, or whatever text it is. */
function errorText(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    // Not JSON: a proxy's page, quoted as it is.
  }
  return body.slice(0, 300);
}

/** Sends calls within the budget, tries again where that may help, and remembers how the API is doing. */
export function createCaller(options: CallerOptions): Caller {
  const { token, transport, budget, clock, random, recorder } = options;
  const samples = createClockSamples(clock);
  let last: Taken<{ readonly api: 'graphql' | 'machines' }> = notTaken('not-needed');

  /** The same failure with what was asked in front, and without the token, should the server have echoed it. */
  function told(error: FlyError, call: ApiCall<unknown>): FlyError {
    const text = `${call.what}: ${error.failure.detail}`;
    const detail = plainText(token === null ? text : token.redact(text));
    const id = error.requestId;
    return new FlyError({ ...error.failure, detail }, id === null ? id : plainText(id), error.status);
  }

  async function attempt<T>(call: ApiCall<T>, authorization: string, signal: AbortSignal): Promise<T> {
    const answer = await transport.exchange(
      {
        method: call.method,
        url: call.url,
        headers: {
          authorization,
          accept: 'application/json',
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: call.body }),
      },
      signal,
    );
    samples.add(answer);
    const requestId = answer.header('fly-request-id');
    const code = statusCode(answer.status);
    if (code === null) {
      try {
        return call.read(answer);
      } catch (error) {
        if (!(error instanceof FlyError)) throw error;
        throw new FlyError(error.failure, requestId, answer.status);
      }
    }
    const wait = retryAfterMs(answer.header('retry-after'), clock.now());
    const said = code === 'redirected' ? '' : ` ${errorText(answer.body)}`;
    const failure: Failure = {
      phase: 'api',
      code,
      // Redacted before it is cut, so that no half of a token is left.
      detail: plainText(`HTTP ${answer.status}${token === null ? said : token.redact(said)}`),
      ...(wait !== undefined && (code === 'rate-limited' || code === 'server-error')
        ? { retryAfterMs: wait }
        : {}),
    };
    throw new FlyError(failure, requestId, answer.status);
  }

  /** How long until the next attempt; null: there is none. */
  function delayMs(error: FlyError, failed: number, call: ApiCall<unknown>): number | null {
    if (failed > RETRIES) return null;
    const jitterMs = MIN_DELAY_MS + random() * (MAX_DELAY_MS - MIN_DELAY_MS);
    if (error.failure.code === 'rate-limited') {
      const waitMs = error.failure.retryAfterMs ?? jitterMs * 2 ** failed;
      budget.pause(waitMs);
      return waitMs <= PATIENCE_MS ? 0 : null;
    }
    if (!call.repeatable || !isTemporary(error)) return null;
    const waitMs = Math.max(jitterMs, error.failure.retryAfterMs ?? 0);
    return waitMs <= PATIENCE_MS ? waitMs : null;
  }

  async function send<T>(call: ApiCall<T>, signal: AbortSignal): Promise<T> {
    if (token === null) throw flyError('no-credentials', 'no token is configured');
    for (let failed = 0; ;) {
      try {
        await budget.take(call.limit, signal);
        const value = await attempt(call, token.authorization, signal);
        recorder?.apiRequest(call.api, 'ok');
        return value;
      } catch (error) {
        if (!(error instanceof FlyError)) throw error;
        recorder?.apiRequest(call.api, error.failure.code);
        failed += 1;
        const waitMs = delayMs(error, failed, call);
        if (waitMs === null) throw error;
        if (waitMs > 0) await clock.sleep(waitMs, signal);
      }
    }
  }

  function remember(call: ApiCall<unknown>, at: number, durationMs: number, failure: Failure | null): void {
    if (call.api !== 'graphql' && call.api !== 'machines') return;
    const { api } = call;
    const isAnswer = failure === null || (call.aboutApp && ['not-found', 'forbidden'].includes(failure.code));
    if (isAnswer) last = { outcome: 'observed', at, durationMs, facts: { api } };
    else if (failure.code !== 'aborted') last = { outcome: 'failed', at, durationMs, failure };
  }

  return {
    call: async (call, signal) => {
      const at = clock.now();
      const startedMs = clock.monotonicMs();
      try {
        const value = await send(call, signal);
        remember(call, at, clock.monotonicMs() - startedMs, null);
        return value;
      } catch (error) {
        const known =
          error instanceof FlyError
            ? error
            : signal.aborted
              ? flyError('aborted', 'stopped while waiting for a turn')
              : flyError('internal', String(error));
        const described = told(known, call);
        remember(call, at, clock.monotonicMs() - startedMs, described.failure);
        throw described;
      }
    },
    lastCall: () => last,
    clockSamples: samples.list,
  };
}
