import { nextOnGrid, phaseOf, untilPhase } from './phase.ts';

/**
 * Which tenants are due. Slots are laid out by the wall clock once, when a tenant or the interval is new, and then
 * counted on the monotonic clock: a wall clock that jumps moves nothing.
 */
export interface Timetable {
  /** Adds new tenants, forgets others, and lays the slots out anew when the interval changed. */
  readonly set: (tenants: readonly string[], intervalMs: number, now: number, nowMs: number) => void;
  /** Takes what is due and moves it to its next slot. `lateMs` is the longest delay among what was taken. */
  readonly take: (nowMs: number) => Due;
  readonly intervalMs: () => number;
}

export interface Due {
  readonly tenants: readonly string[];
  /** Slots that had come and gone too long ago, after a stall or a suspension: dropped, not made up for. */
  readonly dropped: number;
  readonly lateMs: number;
}

/** Later than this share of an interval, a run would crowd those whose turn it is. Ticks themselves come seconds apart. */
const TOLERATED_SHARE = 0.25;
const TOLERATED_MS = 3_000;

export function createTimetable(): Timetable {
  const slots = new Map<string, number>();
  let interval = 0;
  return {
    intervalMs: () => interval,
    set: (tenants, intervalMs, now, nowMs) => {
      const relay = intervalMs !== interval;
      interval = intervalMs;
      const wanted = new Set(tenants);
      for (const tenant of slots.keys()) if (!wanted.has(tenant)) slots.delete(tenant);
      for (const tenant of wanted) {
        if (!relay && slots.has(tenant)) continue;
        slots.set(tenant, nowMs + untilPhase(phaseOf(tenant, intervalMs), intervalMs, now));
      }
    },
    take: (nowMs) => {
      const tenants: string[] = [];
      let dropped = 0;
      let lateMs = 0;
      for (const [tenant, dueMs] of slots) {
        if (dueMs > nowMs) continue;
        slots.set(tenant, nextOnGrid(dueMs, interval, nowMs));
        if (nowMs - dueMs > Math.max(interval * TOLERATED_SHARE, TOLERATED_MS)) {
          dropped++;
          continue;
        }
        tenants.push(tenant);
        lateMs = Math.max(lateMs, nowMs - dueMs);
      }
      return { tenants, dropped, lateMs };
    },
  };
}
