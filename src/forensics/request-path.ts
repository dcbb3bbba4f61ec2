import { counted, spokenTime } from '../model/spoken.ts';
import type { Tenant } from '../model/tenant.ts';
import type { AppLog, Case, LogLine, Span } from './case.ts';
import { listed } from './words.ts';

/** The lines by which the hops of a request are known. */
const REPLAYED = 'Replaying request to tenant app';
const UNKNOWN_TENANT = 'No tenant for request';
const RECEIVED = 'Request received';

export interface Hop {
  readonly name: 'management-app' | 'tenant-app';
  /** `seen`: its line is there. `missing`: it is not, and the log says something about that time. */
  readonly state: 'seen' | 'missing' | 'unknown';
  readonly text: string;
}

/** How far requests for the tenant came in the time around the failure, by Fly's logs. */
export interface RequestPath {
  readonly window: Span;
  readonly hops: readonly Hop[];
  /** The first hop without its line: `edge` means that nothing reached the management app. Null: none is missing, or nobody can tell. */
  readonly missing: 'edge' | 'routing' | 'replay' | null;
  /** Silence in a log never proves by itself. */
  readonly certainty: 'likely' | 'unexplained';
  readonly sentence: string;
}

export function requestPath({ tenant, managementApp, window, logs, runs, edgeErrors }: Case): RequestPath {
  const label = tenant.hostname.split('.')[0] ?? tenant.id;
  const proxy = proxyHop(logs.management, tenant, label, window);
  const own = tenantHop(logs.tenant, tenant, window, proxy.replays);
  const hops = [proxy.hop, own];
  const found = (missing: RequestPath['missing'], sentence: string): RequestPath => ({
    window,
    hops,
    missing,
    certainty: missing === null ? 'unexplained' : 'likely',
    sentence,
  });
  if (proxy.strayApps.length > 0) {
    const elsewhere = `replayed requests for ${label} to ${listed(proxy.strayApps)}`;
    return found(
      'routing',
      proxy.toOwnApp
        ? `${managementApp} ${elsewhere}, others to ${tenant.app}: its table changed, or has two entries`
        : `${managementApp} ${elsewhere} and not to ${tenant.app}: its table is wrong`,
    );
  }
  if (proxy.unknownTenant > 0 && proxy.replays.length === 0) {
    return found('routing', `${managementApp} did not know the tenant ${label}: its table has no entry`);
  }
  if (proxy.hop.state === 'missing') {
    // That nothing arrived says where requests ended only if the edge refused some: our own, or those that it counted. A run may
    // fail without: the name leads elsewhere, or nobody can look it up.
    const refused = runs.firstRefusedAt !== null || (edgeErrors.known && edgeErrors.value > 0);
    if (!refused)
      return found(
        null,
        runs.firstFailedAt === null
          ? `no request for ${tenant.hostname} reached ${managementApp} in that time; whether anybody asked for it is not known`
          : `no request for ${tenant.hostname} reached ${managementApp}, and no handshake is known to have been refused: where they ended is not known`,
      );
    return found(
      'edge',
      `no request for ${tenant.hostname} reached ${managementApp}: they ended before it, at Fly’s edge`,
    );
  }
  if (proxy.hop.state === 'unknown') return found(null, 'the logs do not tell how far requests came');
  if (own.state === 'missing') {
    return found(
      'replay',
      `${managementApp} replayed requests to ${tenant.app}, and ${tenant.app} logged none: the replay got lost`,
    );
  }
  if (own.state === 'unknown')
    return found(null, `requests reached ${managementApp}; whether ${tenant.app} got them is not known`);
  return found(null, `requests for ${tenant.hostname} went all the way to ${tenant.app} in that time`);
}

interface ProxyHop {
  readonly hop: Hop;
  readonly replays: readonly LogLine[];
  readonly strayApps: readonly string[];
  readonly toOwnApp: boolean;
  readonly unknownTenant: number;
}

function proxyHop(log: AppLog, tenant: Tenant, label: string, window: Span): ProxyHop {
  const nothing = { replays: [], strayApps: [], toOwnApp: false, unknownTenant: 0 };
  const unknown = (text: string): ProxyHop => ({
    hop: { name: 'management-app', state: 'unknown', text },
    ...nothing,
  });
  if (!log.known) return unknown(`The log of ${log.app} is not known: ${log.why}.`);
  const { lines } = log.value;
  const ours = lines.filter(({ message }) => valueOf(message, 'subdomain') === label);
  const inTime = ours.filter((line) => isWithin(line, window));
  const replays = inTime.filter(({ message }) => message.includes(REPLAYED));
  const targets = new Set(replays.flatMap(({ message }) => valueOf(message, 'fly_app') ?? []));
  const toOwnApp = targets.delete(tenant.app);
  const told = { replays, strayApps: [...targets], toOwnApp };
  const unknownTenant = inTime.filter(({ message }) => message.includes(UNKNOWN_TENANT)).length;
  const [first] = replays;
  if (first !== undefined) {
    const text = `${log.app}: ${counted(replays.length, 'line')} “${REPLAYED}” for ${label}, the first at ${spokenTime(first.at)}: ${first.message}`;
    return { hop: { name: 'management-app', state: 'seen', text }, ...told, unknownTenant };
  }
  const last = ours.filter(({ at, message }) => at < window.from && message.includes(REPLAYED)).at(-1);
  const before = last === undefined ? '' : ` The last one before was at ${spokenTime(last.at)}.`;
  if (unknownTenant > 0) {
    const text = `${log.app}: ${counted(unknownTenant, 'line')} “${UNKNOWN_TENANT}” for ${label}.${before}`;
    return { hop: { name: 'management-app', state: 'missing', text }, ...told, unknownTenant };
  }
  const silence = silenceOf(log.app, log.value, window);
  if (silence !== null) return unknown(silence);
  const others = lines.filter((line) => isWithin(line, window)).length;
  const text = `${log.app}: no line “${REPLAYED}” for ${label} between ${spokenTime(window.from)} and ${spokenTime(window.until)}, among ${counted(others, 'line')} about other things.${before}`;
  return { hop: { name: 'management-app', state: 'missing', text }, ...nothing };
}

/** A request in the tenant's log may have come past the proxy, so only what was replayed is looked for. */
function tenantHop(log: AppLog, tenant: Tenant, window: Span, replays: readonly LogLine[]): Hop {
  const hop = (state: Hop['state'], text: string): Hop => ({ name: 'tenant-app', state, text });
  if (!log.known) return hop('unknown', `The log of ${log.app} is not known: ${log.why}.`);
  const received = log.value.lines.filter(({ message }) => message.includes(RECEIVED));
  const inTime = received.filter((line) => isWithin(line, window));
  const [first] = inTime;
  if (replays.length === 0) {
    const direct = first === undefined ? 'none' : String(inTime.length);
    return hop(
      'unknown',
      `${log.app}: nothing was replayed to it in that time; requests that it logged: ${direct}${first === undefined ? '' : ' (which came directly)'}.`,
    );
  }
  if (first !== undefined)
    return hop(
      'seen',
      `${log.app}: ${counted(inTime.length, 'line')} “${RECEIVED}”, the first at ${spokenTime(first.at)}.`,
    );
  const silence = silenceOf(log.app, log.value, window);
  if (silence !== null) return hop('unknown', silence);
  // An app that never writes this line says nothing by not writing it.
  return received.length === 0
    ? hop('unknown', `${log.app} logs no “${RECEIVED}” at all, so its log does not tell.`)
    : hop(
        'missing',
        `${log.app}: no line “${RECEIVED}” between ${spokenTime(window.from)} and ${spokenTime(window.until)}.`,
      );
}

/** Why nothing follows from a line that is not there; null when something does. */
function silenceOf(
  app: string,
  { lines, covers }: { readonly lines: readonly LogLine[]; readonly covers: Span },
  window: Span,
): string | null {
  if (covers.from > window.from || covers.until < window.until)
    return `The log of ${app} covers ${spokenTime(covers.from)} to ${spokenTime(covers.until)} only.`;
  if (!lines.some((line) => isWithin(line, window)))
    return `The log of ${app} has no line at all from ${spokenTime(window.from)} to ${spokenTime(window.until)}.`;
  return null;
}

function isWithin({ at }: LogLine, { from, until }: Span): boolean {
  return at >= from && at <= until;
}

/** `key=value` in a structured line; null without it. */
function valueOf(message: string, key: string): string | null {
  const at = ` ${message}`.indexOf(` ${key}=`);
  if (at < 0) return null;
  const value = message.slice(at + key.length + 1).split(' ')[0] ?? '';
  return value.replaceAll('"', '');
}
