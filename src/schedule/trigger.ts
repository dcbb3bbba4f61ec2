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

/** The clocks move apart by less than this a second unless one of them jumps, or the machine was suspended. */
const JUMP_MS = 1_500;

/**
 * A loop that the configuration gives as a cron expression (five or six fields, in UTC). After a stall that swallowed its moment it ticks
 * late; when the wall clock jumps it ticks at once, and then follows the new time.
 */
export function byExpression(clock: Clock, expression: string, tick: () => void): Trigger {
  let late: NodeJS.Immediate | undefined;
  /** Once for all moments that were missed together. */
  const missed = (): void => {
    late ??= setImmediate(() => {
      late = undefined;
      tick();
    });
  };
  const schedule = (): ReturnType<typeof cron.schedule> => {
    const task = cron.schedule(expression, tick, { ...QUIET, timezone: 'Etc/UTC' });
    task.on('execution:missed', missed);
    return task;
  };
  const apartMs = (): number => clock.now() - clock.monotonicMs();
  let task = schedule();
  let lastApartMs = apartMs();
  const watch = setInterval(() => {
    const jumpMs = Math.abs(apartMs() - lastApartMs);
    lastApartMs = apartMs();
    if (jumpMs < JUMP_MS) return;
    void task.destroy();
    task = schedule();
    tick();
  }, 1_000);
  return {
    stop: () => {
      clearInterval(watch);
      clearImmediate(late);
      void task.destroy();
    },
  };
}
