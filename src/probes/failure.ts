import type { CertificateFacts } from '../model/connection.ts';
import type { Failure, FailureCode, Phase } from '../model/failure.ts';
import { plainText } from '../model/text.ts';
import { ProbeError } from './probe-error.ts';
import { alertName } from './tls-alerts.ts';

/** What is known of where an error came from beside the error itself. */
export interface ErrorOrigin {
  /** The system call failed at once: this machine said so, nobody else was asked. */
  readonly local?: boolean;
}

/** The properties that Node puts on its errors; all of them may be missing. */
interface LowLevelError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly address?: unknown;
  readonly cause?: unknown;
}

/**
 * Names any low-level error. The only place that knows errno values, OpenSSL's and llhttp's codes; after it nobody
 * matches strings. What it does not know is `internal`: our fault, never a tenant's.
 */
export function nameFailure(error: unknown, phase: Phase, origin: ErrorOrigin = {}): Failure {
  if (error instanceof ProbeError) return error.failure;
  if (!(error instanceof Error)) return { phase, code: 'internal', detail: plainText(String(error)) };
  const low: LowLevelError = error;
  const detail = detailOf(low);
  const alert = /SSL alert number (\d{1,3})/.exec(low.message)?.[1];
  if (alert !== undefined) {
    const name = alertName(Number(alert));
    return { phase, code: 'alert', detail: `the server sent the TLS alert ${name}`, alert: name };
  }
  const code = typeof low.code === 'string' ? low.code : '';
  if (low.name === 'AbortError' || code === 'ABORT_ERR') return { phase, code: 'aborted', detail };
  if (code === 'ERR_HTTP2_STREAM_CANCEL' && low.cause instanceof Error)
    return nameFailure(low.cause, phase, origin);
  return { phase, code: codeOf(low, code, origin), detail };
}

function codeOf(error: LowLevelError, code: string, origin: ErrorOrigin): FailureCode {
  if (code === 'ECONNRESET') {
    // Node reports a FIN in the middle of a handshake or an answer with the errno of an RST; only a real one comes
    // out of a system call.
    return error.syscall === undefined ? 'eof' : 'reset';
  }
  if (code === 'EADDRNOTAVAIL') {
    // For IPv6 there is no source address; for IPv4 we have run out of local ports.
    return typeof error.address === 'string' && error.address.includes(':') ? 'no-route' : 'internal';
  }
  if ((code === 'ENETUNREACH' || code === 'EHOSTUNREACH') && origin.local === true) return 'no-route';
  const known = CODES[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_') || code.startsWith('ERR_SSL_') || code.startsWith('ERR_HTTP2_'))
    return 'protocol';
  return 'internal';
}

const CODES: Readonly<Record<string, FailureCode>> = {
  // TCP and UDP, from the kernel
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'no-route',
  EAFNOSUPPORT: 'no-route',
  EPROTONOSUPPORT: 'no-route',
  // A local firewall or sandbox forbids it: as good as no route, and never the peer's fault.
  EACCES: 'no-route',
  EPERM: 'no-route',
  EMSGSIZE: 'too-large',
  // OpenSSL: what arrives is not a TLS record
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-tls',
  ERR_SSL_HTTP_REQUEST: 'not-tls',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'not-tls',
  ERR_SSL_UNKNOWN_PROTOCOL: 'not-tls',
  ERR_SSL_BAD_RECORD_TYPE: 'not-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not-tls',
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: 'eof',
  ERR_SSL_EXCESSIVE_MESSAGE_SIZE: 'too-large',
  // llhttp and node:http
  HPE_HEADER_OVERFLOW: 'too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too-large',
  HPE_INVALID_EOF_STATE: 'eof',
  ERR_STREAM_PREMATURE_CLOSE: 'eof',
  ERR_HTTP2_ERROR: 'protocol',
};

function detailOf(error: LowLevelError): string {
  // OpenSSL's messages carry addresses and source files of the build: `hex:error:hex:library:function:reason:file:line:`.
  const openssl = /error:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+):/.exec(error.message)?.[1];
  return plainText(openssl ?? error.message);
}

/** What OpenSSL's verification result says of the chain; undefined where it speaks of dates only and leaves the chain open. */
export function trustOfVerifyCode(code: string | null): CertificateFacts['trust'] | undefined {
  if (code === null) return 'trusted';
  if (DATE_CODES.has(code)) return undefined;
  return TRUST[code] ?? 'invalid-chain';
}

const DATE_CODES: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

const TRUST: Readonly<Record<string, CertificateFacts['trust']>> = {
  // Node's own check of the name, made only when the chain is good.
  ERR_TLS_CERT_ALTNAME_INVALID: 'trusted',
  HOSTNAME_MISMATCH: 'trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
  CERT_UNTRUSTED: 'unknown-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'incomplete-chain',
  CERT_REVOKED: 'revoked',
};
