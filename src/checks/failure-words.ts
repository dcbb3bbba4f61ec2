import type { Failure, FailureCode } from '../model/failure.ts';

const CODE_WORDS: Readonly<Record<FailureCode, string>> = {
  timeout: 'timed out',
  refused: 'the connection was refused',
  reset: 'the connection was reset',
  eof: 'the peer closed the connection',
  'no-route': 'this machine has no route',
  unreachable: 'the host is unreachable',
  alert: 'a TLS alert',
  'not-tls': 'the peer does not speak TLS',
  protocol: 'the peer broke the protocol',
  'too-large': 'the answer was too large',
  'no-address': 'the name has no address',
  'address-forbidden': 'the address is private and the configuration forbids it',
  'no-credentials': 'no token is configured',
  unauthorized: 'the token was rejected',
  forbidden: 'the token may not see this',
  'not-found': 'not found',
  'rate-limited': 'rate limited',
  'server-error': 'a server error',
  redirected: 'an answer that leads elsewhere',
  malformed: 'an answer that cannot be read',
  incomplete: 'an answer with gaps',
  aborted: 'the run ended',
  internal: 'a fault of our own',
};

const PHASE_WORDS: Readonly<Record<Exclude<Failure['phase'], 'api'>, string>> = {
  resolve: ' while resolving',
  connect: ' while connecting',
  handshake: ' during the TLS handshake',
  request: ' during the request',
};

/** Codes that say where, too. */
const WITHOUT_PHASE: ReadonlySet<FailureCode> = new Set([
  'no-address',
  'not-tls',
  'address-forbidden',
  'no-route',
]);

const API_WORDS: Readonly<Partial<Record<FailureCode, string>>> = {
  timeout: "Fly's API did not answer in time",
  refused: "Fly's API refused the connection",
  reset: "Fly's API reset the connection",
  eof: "Fly's API closed the connection before its answer was complete",
  unreachable: "Fly's API cannot be reached",
  protocol: "the connection to Fly's API broke",
  'no-address': "the name of Fly's API does not resolve",
  'too-large': "the answer of Fly's API is too large",
  unauthorized: "Fly's API rejects our token",
  forbidden: 'our token may not see this at Fly',
  'not-found': "Fly's API does not know it",
  'rate-limited': "Fly's API limits our requests",
  'server-error': "Fly's API answers with an error",
  redirected: "Fly's API leads elsewhere, and the token is not taken there",
  malformed: "Fly's API gave an answer that cannot be read",
  aborted: "the run ended before Fly's API answered",
};

/** A failure in words: `the peer closed the connection during the TLS handshake (unexpected EOF)`. */
export function failureText({ code, phase, alert, detail }: Failure): string {
  if (phase === 'api') {
    // What is missing is known by name.
    if (code === 'incomplete') return `Fly's API gave an answer with gaps (${detail})`;
    return API_WORDS[code] ?? CODE_WORDS[code];
  }
  const what = alert === undefined ? CODE_WORDS[code] : `TLS alert ${alert}`;
  const where = WITHOUT_PHASE.has(code) ? '' : PHASE_WORDS[phase];
  return `${what}${where}${code === 'eof' ? ' (unexpected EOF)' : ''}`;
}

/** The same as a sentence of its own, with a capital and a full stop. */
export function failureSentence(failure: Failure): string {
  const text = failureText(failure);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
