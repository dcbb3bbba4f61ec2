import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
  ['s', SECOND_MS],
] as const;

/** The two largest units: `41 s`, `12 min 5 s`, `2 h`, `3 d 4 h`. */
export function spokenDuration(durationMs: number): string {
  const whole = Math.max(0, Math.round(durationMs / SECOND_MS)) * SECOND_MS;
  const first = UNITS.findIndex(([, unitMs]) => whole >= unitMs);
  if (first === -1) return '0 s';
  let rest = whole;
  const parts: string[] = [];
  for (const [unit, unitMs] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}

/** What a Date can hold (ECMA-262, time range). */
export function isCalendarTime(at: number): boolean {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15;
}

/** `2026-11-01 03:12:09 UTC`; a time that no calendar has is said to be unknown. */
export function spokenTime(at: number): string {
  if (!isCalendarTime(at)) return 'at an unknown time';
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `1st`, `2nd`, `11th`. */
export function ordinal(count: number): string {
  const teens = count % 100 >= 11 && count % 100 <= 13;
  const suffix = teens ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${suffix}`;
}

/** `99.98 %`: cut, never rounded up to a perfect score. */
export function spokenRatio(ratio: number): string {
  const percent = Math.floor(ratio * 10_000) / 100;
  return `${percent === 100 ? '100' : percent.toFixed(2)} %`;
}

/** One unit, for columns: `41 s ago`, `2 h ago`; the script of the pages counts on in the same words. */
export function spokenAgo(at: number, now: number): string {
  const passed = now - at;
  const unit = UNITS.find(([, unitMs]) => passed >= unitMs);
  return unit === undefined ? 'now' : `${Math.floor(passed / unit[1])} ${unit[0]} ago`;
}

/** What was measured or set, without false precision: `0.9 ms`, `812 ms`, `1.4 s`, `12 s`, `4 min 12 s`. */
export function spokenMs(durationMs: number): string {
  if (durationMs < 9.95) return `${tenths(durationMs)} ms`;
  if (durationMs < 995) return `${Math.round(durationMs)} ms`;
  return durationMs < 59_950 ? `${tenths(durationMs / SECOND_MS)} s` : spokenDuration(durationMs);
}

function tenths(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** RFC 3339 in UTC without milliseconds; null for a time that no calendar has. */
export function isoSeconds(at: number): string | null {
  return isCalendarTime(at) ? `${new Date(at).toISOString().slice(0, -5)}Z` : null;
}

/** `22 Nov 2026, 02:29:09 UTC`: for pages, beside the reader's own zone. */
export function datedTime(at: number): string {
  const iso = isoSeconds(at);
  return iso === null ? 'an unknown time' : `${datedDay(at)}, ${iso.slice(-9, -1)} UTC`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22 Nov 2026`, in UTC. */
export function datedDay(at: number): string {
  if (!isCalendarTime(at)) return 'an unknown day';
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}

/** `1,204`. */
export function grouped(count: number): string {
  // Every run says some counts, and nearly all of them are small.
  if (Math.abs(count) < 1_000) return String(count);
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
}

/** A duration between two things that followed each other: `41 s`, or `less than a second`. */
export function spokenGap(gapMs: number): string {
  return gapMs < SECOND_MS ? 'less than a second' : spokenDuration(gapMs);
}

/** `1 tenant`, `1,204 tenants`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
