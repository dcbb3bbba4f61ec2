import { nextOnGrid, phaseOf, untilPhase } from './phase.ts';

/**
 * Which tenants are due. Slots are laid out by the wall clock once, when a tenant or the interval is new, and then
 * counted on the monotonic clock: a wall clock that jumps moves nothing.
 */
export interface Timetable {
  /** Adds new tenants, forgets others, and lays the slots out anew when the interval changed; a slot that was nearer is kept. */
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

interface Slot {
  readonly dueMs: number;
  /** A moment of the tenant's phase: the slots after this one are counted from it. */
  readonly phaseMs: number;
}

/** Later than this share of an interval, a run would crowd those whose turn it is. Ticks themselves come seconds apart. */
const TOLERATED_SHARE = 0.25;
const TOLERATED_MS = 3_000;

export function createTimetable(): Timetable {
  const slots = new Map<string, Slot>();
  let interval = 0;
  return {
    intervalMs: () => interval,
    set: (tenants, intervalMs, now, nowMs) => {
      const relay = intervalMs !== interval;
      interval = intervalMs;
      const wanted = new Set(tenants);
      for (const tenant of slots.keys()) if (!wanted.has(tenant)) slots.delete(tenant);
      for (const tenant of wanted) {
        const before = slots.get(tenant);
        if (!relay && before !== undefined) continue;
        const phaseMs = nowMs + untilPhase(phaseOf(tenant, intervalMs), intervalMs, now);
        // By the new phase alone, who was about to have its turn could wait for a whole interval more.
        slots.set(tenant, { dueMs: Math.min(before?.dueMs ?? phaseMs, phaseMs), phaseMs });
      }
    },
    take: (nowMs) => {
      const tenants: string[] = [];
      let dropped = 0;
      let lateMs = 0;
      for (const [tenant, { dueMs, phaseMs }] of slots) {
        if (dueMs > nowMs) continue;
        const nextMs = nextOnGrid(phaseMs, interval, nowMs);
        slots.set(tenant, { dueMs: nextMs, phaseMs: nextMs });
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
