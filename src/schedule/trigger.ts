import cron from 'node-cron';
import type { Clock } from '../model/time.ts';

/** Calls `tick` about once a second, or by a cron expression. Ticks may come late or twice: what is due is decided by whoever is called. */
export interface Trigger {
  readonly stop: () => void;
}

const EVERY_SECOND = '* * * * * *';
const SILENCE_MS = 2_500;

/** A stall is ours to notice and to log, once; cron would write to the terminal by itself. */
const QUIET = { suppressMissedWarning: true } as const;

/**
 * node-cron ticks by the wall clock: set back by an hour, it would be silent for an hour, and a stall of the event loop
 * loses slots. A timer on the monotonic clock notices the silence, ticks in its place and starts cron anew.
 */
export function everySecond(clock: Clock, tick: () => void): Trigger {
  let lastTickMs = clock.monotonicMs();
  const run = (): void => {
    lastTickMs = clock.monotonicMs();
    tick();
  };
  let task = cron.schedule(EVERY_SECOND, run, QUIET);
  const watch = setInterval(() => {
    if (clock.monotonicMs() - lastTickMs < SILENCE_MS) return;
    void task.destroy();
    task = cron.schedule(EVERY_SECOND, run, QUIET);
    run();
  }, 1_000);
  return {
    stop: () => {
      clearInterval(watch);
      void task.destroy();
    },
  };
}

/** A loop that the configuration gives as a cron expression (five or six fields, in UTC). */
export function byExpression(expression: string, tick: () => void): Trigger {
  const task = cron.schedule(expression, tick, { ...QUIET, timezone: 'Etc/UTC' });
  return {
    stop: () => {
      void task.destroy();
    },
  };
}
