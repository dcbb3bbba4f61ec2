/** Time and chance are arguments everywhere: main hands out the real ones, tests their own. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch; may jump. For what people read and what is stored. */
  readonly now: () => number;
  /** Monotonic milliseconds from an arbitrary start; never jumps. For durations and deadlines. */
  readonly monotonicMs: () => number;
  /** Resolves after the time has passed; rejects with the signal's reason when it is aborted first. */
  readonly sleep: (durationMs: number, signal?: AbortSignal) => Promise<void>;
}

/** Uniform in [0, 1), like Math.random. */
export type Random = () => number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
