import { MINUTE_MS, SECOND_MS } from '../model/time.ts';

/** `41 s`, `8 min`, `3 h`, `2 days`: how long ago something was, for people. */
export function spokenSpan(durationMs: number): string {
  const seconds = Math.round(Math.abs(durationMs) / SECOND_MS);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(Math.abs(durationMs) / MINUTE_MS);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** `2026-01-31 06:28:03 UTC`. */
export function utc(at: number): string {
  return Math.abs(at) <= 8.64e15
    ? `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    : 'at an unknown time';
}

/** `1 app`, `3 apps`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** At most `shown` of them, the rest counted. */
export function listed(names: readonly string[], shown = 5): string {
  const rest = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
