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
