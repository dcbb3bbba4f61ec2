import type { CheckId } from '../../model/check.ts';
import type { Verdict } from '../../model/verdict.ts';
import { isCalendarTime } from '../../model/spoken.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../model/time.ts';

/** What the pages call things. Texts are escaped by the renderer, never here. */

/** How a tenant stands for a reader: its verdict, or nothing yet. */
export type Standing = Verdict | 'waiting';

/** What needs a person first. */
export const STANDINGS: readonly Standing[] = ['fail', 'unknown', 'warn', 'waiting', 'pass', 'skipped'];

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  fail: 'failing',
  unknown: 'unknown',
  warn: 'warning',
  waiting: 'not verified yet',
  pass: 'passing',
  skipped: 'skipped',
};

export const CHECK_LABELS: Readonly<Record<CheckId, string>> = {
  'dns-wildcard': 'DNS',
  'tls-handshake': 'TLS handshake',
  'certificate-validity': 'Certificate',
  'site-response': 'Site',
  'direct-response': 'Direct',
  'tenant-certificates': 'Own claims',
  'management-certificate': 'Proxy cert',
  'machines-started': 'Machines',
  'hostname-claims': 'Other claims',
  'wildcard-dns': 'Wildcard DNS',
  'control-handshake': 'Control handshake',
  'wildcard-certificate': 'Wildcard certificate',
  'wildcard-claims': 'Wildcard claims',
  'management-app': 'Management app',
  'fly-api': 'Fly API',
  resolvers: 'Resolvers',
  'monitor-network': 'Network',
  'monitor-clock': 'Clock',
};

/** `1,204`. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
}

/** `1 tenant`, `1,204 tenants`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
  ['s', SECOND_MS],
] as const;

/** One unit, for columns: `41 s ago`, `2 h ago`; the script on the page counts on in the same words. */
export function spokenAgo(at: number, now: number): string {
  const passed = now - at;
  if (passed < SECOND_MS) return 'now';
  const [unit, unitMs] = UNITS.find(([, candidate]) => passed >= candidate) ?? (['s', SECOND_MS] as const);
  return `${String(Math.floor(passed / unitMs))} ${unit} ago`;
}

/** `812 ms`, `1.4 s`. */
export function spokenMs(durationMs: number): string {
  if (durationMs < 9.95) return `${durationMs.toFixed(1)} ms`;
  return durationMs < 995 ? `${String(Math.round(durationMs))} ms` : `${(durationMs / 1000).toFixed(1)} s`;
}

/** RFC 3339 in UTC without milliseconds; null for a time that no calendar has. */
export function isoTime(at: number): string | null {
  return isCalendarTime(at) ? `${new Date(at).toISOString().slice(0, -5)}Z` : null;
}

/** `22 Nov 2026, 02:29:09 UTC`. */
export function utcTime(at: number): string {
  const iso = isoTime(at);
  if (iso === null) return 'an unknown time';
  return `${utcDay(at)}, ${iso.slice(-9, -1)} UTC`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22 Nov 2026`, in UTC. */
export function utcDay(at: number): string {
  if (!isCalendarTime(at)) return 'an unknown day';
  const date = new Date(at);
  return `${String(date.getUTCDate())} ${MONTHS[date.getUTCMonth()] ?? ''} ${String(date.getUTCFullYear())}`;
}
