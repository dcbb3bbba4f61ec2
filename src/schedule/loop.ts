import { MINUTE_MS, type Clock } from '../model/time.ts';
import { nextOnGrid } from './phase.ts';

/** A recurring piece of work that never overlaps itself: a run that would is dropped and shows as lag. */
export interface Loop {
  readonly name: string;
  /** Starts a run when one is due. */
  readonly tick: () => void;
  /** A run is due, as an expression says; while one is going on it shows as lag and begins at the next tick after that. */
  readonly due: () => void;
  /** Starts a run now unless one is going on. */
  readonly runNow: () => void;
  /** Is a run going on that should have ended long ago? */
  readonly stalled: () => boolean;
  readonly stop: () => void;
  /** Resolves when no run is going on. */
  readonly idle: () => Promise<void>;
}

export interface LoopOptions {
  readonly name: string;
  readonly intervalMs: number;
  readonly clock: Clock;
  /** When the last run began, wall clock, from the ledger; undefined: never. */
  readonly lastStart: number | undefined;
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** A run begins: the moment goes into the ledger. */
  readonly started: (at: number) => void;
  /** How late the run that begins is, or the one that is dropped because the last has not ended. */
  readonly late: (lagMs: number) => void;
  readonly failed: (error: unknown) => void;
}

/** The longest run by far is a sweep of a large organization at an API that is slow. */
const PATIENCE_MS = 5 * MINUTE_MS;

export function createLoop(options: LoopOptions): Loop {
  const { name, intervalMs, clock, run, started, late, failed } = options;
  const controller = new AbortController();
  let dueMs = clock.monotonicMs() + untilFirst(options.lastStart, intervalMs, clock.now());
  let running: Promise<void> | undefined;
  let startedMs = 0;
  const patienceMs = Math.max(PATIENCE_MS, intervalMs === Number.POSITIVE_INFINITY ? 0 : 2 * intervalMs);

  const start = (): void => {
    if (running !== undefined || controller.signal.aborted) return;
    startedMs = clock.monotonicMs();
    started(clock.now());
    running = run(controller.signal)
      .catch(failed)
      .finally(() => {
        running = undefined;
      });
  };

  const tick = (): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs < dueMs) return;
    late(nowMs - dueMs);
    // Still due while a run goes on: the lag grows and shows until that run ends.
    if (running !== undefined) return;
    dueMs = nextOnGrid(dueMs, intervalMs, nowMs);
    start();
  };

  return {
    name,
    tick,
    due: () => {
      dueMs = Math.min(dueMs, clock.monotonicMs());
      tick();
    },
    runNow: start,
    stalled: () => running !== undefined && clock.monotonicMs() - startedMs > patienceMs,
    stop: () => {
      controller.abort(new Error('the daemon stops'));
    },
    idle: () => running ?? Promise.resolve(),
  };
}

/** A restart neither repeats a run that was just done nor waits longer than one interval. */
function untilFirst(lastStart: number | undefined, intervalMs: number, now: number): number {
  if (lastStart === undefined) return 0;
  const elapsed = now - lastStart;
  // A ledger from the future is a clock that was set back: as good as none.
  return elapsed < 0 ? 0 : Math.max(0, intervalMs - elapsed);
}
