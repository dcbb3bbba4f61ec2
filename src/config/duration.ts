import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};

/** An integer with its unit. No fractions and no sums: `90m`, not `1.5h` or `1h30m`. */
export const DURATION = /^(0|[1-9]\d{0,11})(ms|s|m|h|d)$/;

export const DURATION_SYNTAX = 'an integer with a unit: ms, s, m, h or d, for example 30s or 5m';

/** Ten years: beyond it a timer or a date is a typing error. */
const LONGEST_MS = 3650 * DAY_MS;

/** Milliseconds, or undefined when the text is no duration or longer than ten years. A bare `0` is accepted: it has no unit to be wrong about. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = DURATION.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) return undefined;
  const durationMs = Number(match[1]) * unit;
  return durationMs <= LONGEST_MS ? durationMs : undefined;
}

/** The shortest spelling that parses back to the same milliseconds. */
export function formatDuration(durationMs: number): string {
  const units = Object.entries(UNITS).toReversed();
  const [unit, size] = units.find(([, unitMs]) => durationMs % unitMs === 0) ?? ['ms', 1];
  return durationMs === 0 ? '0s' : `${durationMs / size}${unit}`;
}
