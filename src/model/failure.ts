/** Where in a probe the failure happened. The phase names the likely cause, the code what was seen. */
export const PHASES = ['resolve', 'connect', 'handshake', 'request', 'api'] as const;
export type Phase = (typeof PHASES)[number];

/** The closed set of what a probe can run into. Assigned in `probes/failure.ts` and `fly/error.ts`, nowhere else. */
export const FAILURE_CODES = [
  'timeout', // the deadline of the phase ended
  'refused', // TCP RST to our SYN, or ICMP port unreachable
  'reset', // RST after the connection stood
  'eof', // FIN before the answer was complete
  'no-route', // this machine has no route for the address family
  'unreachable', // a router or the host says so (EHOSTUNREACH, ENETUNREACH beyond this machine)
  'alert', // a TLS alert; `Failure.alert` has its name
  'not-tls', // the peer speaks something else
  'protocol', // the peer breaks TLS, HTTP or DNS syntax
  'too-large', // more than the probe's bound
  'no-address', // the name resolved to nothing to connect to
  'address-forbidden', // private, loopback, link-local or metadata address, and the configuration does not allow it
  'no-credentials', // no token configured
  'unauthorized', // the API rejects the token
  'forbidden', // the token may not see this
  'not-found', // the API does not know the thing
  'rate-limited', // 429
  'server-error', // 5xx
  'redirected', // 3xx from an API: never followed with a token
  'malformed', // an answer that cannot be read
  'incomplete', // some pages or regions are missing
  'aborted', // we stopped: shutdown, or the round's deadline
  'internal', // a fault of ours
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export interface Failure {
  readonly phase: Phase;
  readonly code: FailureCode;
  /** For people and logs: plain text, at most 200 characters, already sanitized. Nobody matches on it. */
  readonly detail: string;
  /** Name of the TLS alert as registered by IANA, for example `unrecognized_name`. Only with code `alert`. */
  readonly alert?: string;
  /** What the server asked us to wait. Only with code `rate-limited` or `server-error`. */
  readonly retryAfterMs?: number;
}

export type FailureReason = `${FailureCode}-during-${Phase}`;

export function failureReason(failure: Failure): FailureReason {
  return `${failure.code}-during-${failure.phase}`;
}
