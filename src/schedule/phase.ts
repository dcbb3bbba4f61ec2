/**
 * Each tenant has its own moment within the interval, the same after every restart: no burst at the start, no tenant
 * that is never reached because the daemon restarts too often.
 */
export function phaseOf(tenant: string, intervalMs: number): number {
  // FNV-1a, 32 bits: spreads short hexadecimal ids evenly, which a sum of characters would not.
  let hash = 0x811c9dc5;
  for (let index = 0; index < tenant.length; index++) {
    hash = Math.imul(hash ^ tenant.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % intervalMs;
}

/** Milliseconds from `now` (wall clock) until the phase comes round: 0 to just under one interval. */
export function untilPhase(phaseMs: number, intervalMs: number, now: number): number {
  return (((phaseMs - now) % intervalMs) + intervalMs) % intervalMs;
}

/** The first moment after `now` on the grid of a moment that has come and gone: missed slots are dropped, the phase stays. */
export function nextOnGrid(dueMs: number, intervalMs: number, nowMs: number): number {
  if (dueMs > nowMs) return dueMs;
  if (intervalMs === Number.POSITIVE_INFINITY) return intervalMs;
  return dueMs + Math.ceil((nowMs - dueMs + 1) / intervalMs) * intervalMs;
}
