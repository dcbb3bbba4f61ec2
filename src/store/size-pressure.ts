import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/time.ts';

/** What grows with time and may be cut when the file is too large. */
export const KINDS = ['runs', 'evidence', 'hourly', 'daily'] as const;
export type Kind = (typeof KINDS)[number];

export type Oldest = Readonly<Record<Kind, number | null>>;

/** Remove what is older than these times. */
export type Cuts = Readonly<Record<Kind, number>>;

/**
 * What must give way first, step by step: a kind may be cut down to this age before the next line is looked at. Runs take
 * most of the file and live on in the rollups; the last minutes stay in any case, or the daemon would be blind.
 */
const GIVE_WAY: readonly { readonly kind: Kind; readonly keepMs: number }[] = [
  { kind: 'runs', keepMs: DAY_MS },
  { kind: 'evidence', keepMs: 7 * DAY_MS },
  { kind: 'hourly', keepMs: 7 * DAY_MS },
  { kind: 'evidence', keepMs: DAY_MS },
  { kind: 'runs', keepMs: HOUR_MS },
  { kind: 'hourly', keepMs: DAY_MS },
  { kind: 'daily', keepMs: 31 * DAY_MS },
  { kind: 'evidence', keepMs: HOUR_MS },
  { kind: 'runs', keepMs: 10 * MINUTE_MS },
];

/** Begin before the limit is reached: what is removed frees whole pages only after a while. */
export const FULL_SHARE = 0.95;
const AIM_SHARE = 0.9;
const LEAST_SHARE = 0.02;
const MOST_SHARE = 0.5;

/**
 * Moves one cut forward, as far as the excess asks for, supposing that the kind filled the file evenly over its time. The
 * next pass looks again.
 */
export function cutsForSize(byAge: Cuts, oldest: Oldest, bytes: number, maxBytes: number, now: number): Cuts {
  if (bytes <= maxBytes * FULL_SHARE) return byAge;
  const share = Math.min(MOST_SHARE, Math.max(LEAST_SHARE, (bytes - maxBytes * AIM_SHARE) / bytes));
  for (const { kind, keepMs } of GIVE_WAY) {
    const first = oldest[kind];
    if (first === null) continue;
    const from = Math.max(first, byAge[kind]);
    const least = now - keepMs;
    if (from >= least) continue;
    return { ...byAge, [kind]: Math.min(least, Math.ceil(from + (now - from) * share)) };
  }
  return byAge;
}
