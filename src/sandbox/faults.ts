/**
 * What can go wrong in the sandbox beside its state: a closed set, switched on by name. Faults that are really states of
 * the world (a claim, a stopped machine, a DNS record) are methods of the world instead.
 */
export const FAULTS = {
  // DNS. `name`: the asked name; `at`: `ip:port` of the server.
  'dns-nxdomain': 'says that the name does not exist, with the SOA record',
  'dns-nodata': 'says that the name exists and has no record of the type',
  'dns-servfail': 'answers SERVFAIL',
  'dns-refused': 'answers REFUSED',
  'dns-silent': 'reads the question and says nothing',
  'dns-truncated': 'sets TC on every UDP answer, so that only TCP tells',
  'dns-lying': 'answers `value` (an address, default 127.0.0.66) whatever the zone says',
  'dns-slow': 'answers `value` milliseconds late (default 2000)',
  'dns-stale': 'goes on answering from the zones as they were when the fault was switched on',
  'dns-malformed': 'answers with the right id and bytes that are no message',
  'dns-forged': 'sends an answer with a wrong id and one to another question before the true one',
  'dns-flood': 'answers with `value` addresses (default 2000), as many as a message holds',

  // Edge. `name`: the name in the ClientHello; `at`: the address that was connected to.
  'edge-eof': 'reads the ClientHello and closes the connection with FIN: PT05, "unexpected eof"',
  'edge-reset': 'reads the ClientHello and resets the connection',
  'edge-alert':
    'answers the ClientHello with the fatal TLS alert `value` (a number, default 112, unrecognized_name)',
  'edge-late-alert':
    'completes a TLS 1.3 handshake as the client sees it, then sends the alert certificate_required',
  'edge-silent': 'reads the ClientHello and says nothing',
  'edge-plain-http': 'answers the ClientHello with an HTTP error in clear text',
  'edge-throttle': 'closes, with FIN, what exceeds `value` handshakes a second (default 5)',
  'edge-http1-only': 'negotiates http/1.1 whatever the client offers',
  'edge-pristine': 'adds none of the edge’s own response headers',
  'certificate-expired': 'serves a certificate that expired yesterday',
  'certificate-not-yet-valid': 'serves a certificate that becomes valid tomorrow',
  'certificate-expiring': 'serves a certificate with `value` days left (default 10)',
  'certificate-self-signed': 'serves a self-signed certificate',
  'certificate-untrusted': 'serves a certificate of an authority that nobody trusts',
  'certificate-wrong-name': 'serves a certificate for another name',
  'certificate-incomplete-chain': 'serves the right certificate without its intermediate',

  // Answers. `name`: host name, or name of the app that answers.
  'proxy-forgets': 'the proxy does not know the tenant',
  'proxy-wrong-app': 'the proxy replays to an app that does not exist (PA04)',
  'proxy-error': 'the proxy answers `value` (a status, default 502) by itself',
  'proxy-silent': 'the proxy takes the request and says nothing',
  'proxy-reset': 'the proxy takes the request and resets the connection',
  'proxy-catch-all': 'the proxy answers 200 and its own page for names that no tenant owns',
  'management-unhealthy': 'the management app answers its health route with 503',
  'site-status': 'the app answers with the status `value` (default 500)',
  'site-silent': 'the app takes the request and says nothing',
  'site-reset': 'the app takes the request and the connection is reset',
  'site-eof': 'the app closes the connection in the middle of its answer',
  'site-drip': 'the app sends a byte every 50 ms and never ends',
  'site-endless': 'the app sends as fast as it is read and never ends',
  'site-like-control': 'the app answers with the page of the proxy for unknown tenants, status 200',

  // Fly's API. `name`: a path, or a prefix of one that ends with `*`.
  'api-rate-limited': 'answers 429 with `Retry-After: value` (default 1; 0: without the header)',
  'api-error': 'answers with the status `value` (default 500) and a JSON error',
  'api-garbage': 'answers 200 with HTML where JSON belongs',
  'api-truncated': 'announces the whole answer and closes after half of it',
  'api-slow': 'answers `value` milliseconds late (default 2000)',
  'api-silent': 'takes the request and says nothing',
  'api-reset': 'takes the request and resets the connection',
  'api-redirect': 'answers 302 to `value` (default a host that does not exist)',
  'api-unauthorized': 'rejects every token',
  'api-empty-page': 'answers pages without entries, the cursor set, before the true ones',
  'api-page-limit': 'fails GraphQL pages of more than `value` entries (default 50)',
  'api-partial':
    'leaves the certificates of the app `value` (default every app) out of GraphQL answers, with an error that names the path',
  'api-lost-entries': 'announces one certificate more than the pages hold',
  'api-missing-region': 'names the region `value` (default fra) in error_regions and leaves its machines out',
  'api-clock-skew': 'sends a Date header `value` milliseconds ahead (default one hour)',

  // Receivers of alerts. `name`: a path, or a prefix of one that ends with `*`.
  'receiver-rate-limited': 'answers 429 with `Retry-After: value` (default 1)',
  'receiver-error': 'answers with the status `value` (default 500)',
  'receiver-silent': 'takes the message and says nothing',
  'receiver-drop': 'takes the message and closes the connection without an answer',
  'receiver-disabled':
    'refuses for good, as the service does: Slack no_service or account_inactive, else 410',
} as const;

export type FaultName = keyof typeof FAULTS;

/** What a fault applies to; everything when nothing is given. What the fields mean stands at each group of {@link FAULTS}. */
export interface FaultScope {
  /** Exact, letter case aside, or a pattern: `*` at either end stands for anything. */
  readonly name?: string;
  readonly at?: string;
  readonly value?: number | string;
  /** Only this share of the matching events, evenly spread: 0.5 is every other one. Default 1. */
  readonly share?: number;
  /** Only so many matching events, then the fault is over by itself. */
  readonly times?: number;
}

export interface ActiveFault extends FaultScope {
  readonly fault: FaultName;
}

export interface Faults {
  /** Switches a fault on; the returned function switches exactly this one off. */
  readonly on: (fault: FaultName, scope?: FaultScope) => () => void;
  /** Switches every fault of the name off. */
  readonly off: (fault: FaultName) => void;
  readonly clear: () => void;
  readonly active: () => readonly ActiveFault[];
  /** For the servers: does the fault strike this event? Counts the event against `share` and `times`. */
  readonly strikes: (fault: FaultName, name: string, at?: string) => ActiveFault | undefined;
}

/** @param onSwitch called with each fault that is switched on; for faults that remember the moment. */
export function createFaults(onSwitch: (fault: ActiveFault) => void = () => undefined): Faults {
  const active = new Map<FaultName, Set<Counted>>();

  const remove = (entry: Counted): void => {
    const entries = active.get(entry.scope.fault);
    entries?.delete(entry);
    if (entries?.size === 0) active.delete(entry.scope.fault);
  };

  return {
    on: (fault, scope = {}) => {
      const entry: Counted = { scope: { ...scope, fault }, seen: 0, struck: 0 };
      const entries = active.get(fault) ?? new Set();
      active.set(fault, entries.add(entry));
      onSwitch(entry.scope);
      return () => {
        remove(entry);
      };
    },
    off: (fault) => {
      active.delete(fault);
    },
    clear: () => {
      active.clear();
    },
    active: () => [...active.values()].flatMap((entries) => [...entries].map(({ scope }) => scope)),
    strikes: (fault, name, at) => {
      for (const entry of active.get(fault) ?? []) {
        if (!matches(entry.scope.name, name) || !matches(entry.scope.at, at ?? '')) continue;
        const share = entry.scope.share ?? 1;
        const strikes = Math.floor((entry.seen + 1) * share) > Math.floor(entry.seen * share);
        entry.seen += 1;
        if (!strikes) continue;
        entry.struck += 1;
        if (entry.struck >= (entry.scope.times ?? Infinity)) remove(entry);
        return entry.scope;
      }
      return undefined;
    },
  };
}

interface Counted {
  readonly scope: ActiveFault;
  seen: number;
  struck: number;
}

function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined || pattern === '*') return true;
  const wanted = pattern.toLowerCase();
  const actual = text.toLowerCase();
  if (wanted.startsWith('*')) return actual.endsWith(wanted.slice(1));
  if (wanted.endsWith('*')) return actual.startsWith(wanted.slice(0, -1));
  return wanted === actual;
}

/** The fault's value as a number, or the default that its documentation names. */
export function faultNumber(fault: ActiveFault, byDefault: number): number {
  return fault.value === undefined ? byDefault : Number(fault.value);
}
