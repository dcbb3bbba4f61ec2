import type { Failure, FailureCode } from '../model/failure.ts';
import { plainText } from '../model/text.ts';

/** The only error of this folder. `failure` is always of phase `api`. */
export class FlyError extends Error {
  override readonly name = 'FlyError';
  readonly failure: Failure;
  /** Fly's `fly-request-id`, for their support; null when there was no answer. */
  readonly requestId: string | null;
  /** HTTP status of the answer; null when there was none. */
  readonly status: number | null;

  constructor(failure: Failure, requestId: string | null = null, status: number | null = null) {
    super(failure.detail);
    this.failure = failure;
    this.requestId = requestId;
    this.status = status;
  }
}

export function flyError(code: FailureCode, detail: string): FlyError {
  return new FlyError({ phase: 'api', code, detail: plainText(detail) });
}

const CODES: Readonly<Record<string, FailureCode>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'eof',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'eof',
  ENOTFOUND: 'no-address',
  EAI_AGAIN: 'no-address',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  UND_ERR_HEADERS_OVERFLOW: 'too-large',
  HPE_HEADER_OVERFLOW: 'too-large',
  EPROTO: 'protocol',
  // The client was closed while it asked.
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
};

/** A TLS fault, an untrusted certificate of the API among them, or broken HTTP. */
const PROTOCOL = /^(?:HPE_|ERR_SSL_|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|UND_ERR_HTTP_PARSER)/;

function codeOf(error: unknown): string {
  // Happy eyeballs reports all its attempts at once; each says about the same.
  const one = error instanceof AggregateError && !('code' in error) ? (error.errors as unknown[])[0] : error;
  if (typeof one !== 'object' || one === null) return '';
  const { code, cause } = one as { readonly code?: unknown; readonly cause?: unknown };
  if (code === 'UND_ERR_SOCKET' && typeof cause === 'object' && cause !== null && 'code' in cause)
    return String(cause.code);
  return typeof code === 'string' ? code : '';
}

/** The failure of an exchange that gave no complete answer. */
export function exchangeError(error: unknown): FlyError {
  if (error instanceof FlyError) return error;
  const code = codeOf(error);
  const known = CODES[code] ?? (PROTOCOL.test(code) ? 'protocol' : 'internal');
  const words = WORDS[known];
  if (words !== undefined) return flyError(known, `${words} (${code})`);
  return flyError(known, error instanceof Error ? `${error.message} ${code}`.trim() : String(error));
}

/** For people; the code behind them is for whoever searches for it. */
const WORDS: Readonly<Partial<Record<FailureCode, string>>> = {
  timeout: 'the connection timed out',
  refused: 'the connection was refused',
  reset: 'the connection was reset',
  eof: 'the connection was closed before the answer was complete',
  'no-address': 'the name of the API does not resolve',
  unreachable: 'the host cannot be reached',
  'no-route': 'this machine has no route',
  'too-large': 'the header fields are larger than we read',
  aborted: 'stopped before the answer came',
};

/** The failure that an HTTP status stands for; null for success. */
export function statusCode(status: number): FailureCode | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return 'redirected';
  if (status >= 500) return 'server-error';
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 429:
      return 'rate-limited';
    default:
      return 'malformed';
  }
}

const GRAPHQL_CODES: Readonly<Record<string, FailureCode>> = {
  UNAUTHORIZED: 'unauthorized',
  UNAUTHENTICATED: 'unauthorized',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'not-found',
  RATE_LIMITED: 'rate-limited',
  THROTTLED: 'rate-limited',
  TOO_MANY_REQUESTS: 'rate-limited',
};

/** The failure that `extensions.code` of a GraphQL error stands for; those that Fly does not document are the server's. */
export function graphqlCode(code: string | null | undefined): FailureCode {
  return GRAPHQL_CODES[(code ?? '').toUpperCase()] ?? 'server-error';
}

/** Worth another try at once: 502 to 504, and what a broken connection looks like. fly-go does the same. */
export function isTemporary(error: FlyError): boolean {
  switch (error.failure.code) {
    case 'reset':
    case 'eof':
    case 'refused':
    case 'unreachable':
    case 'no-address':
      return true;
    case 'server-error':
      return error.status !== null && error.status >= 502 && error.status <= 504;
    default:
      return false;
  }
}
