import { HOUR_MS, MINUTE_MS, SECOND_MS, type Random } from '../model/time.ts';

const FIRST_MS = 2 * SECOND_MS;
/** So long an alert still waits after its channel came back: it may be a page. */
const LONGEST_MS = 2 * MINUTE_MS;

/**
 * How long to wait after the n-th failed attempt: doubled each time up to two minutes, half of it by chance, so that what
 * failed together does not come back together. What the receiver asked for is the least, up to an hour.
 */
export function backoffMs(attempts: number, retryAfterMs: number | undefined, random: Random): number {
  const full = Math.min(FIRST_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 20), LONGEST_MS);
  return Math.round(Math.max(full / 2 + (full / 2) * random(), Math.min(retryAfterMs ?? 0, HOUR_MS)));
}
