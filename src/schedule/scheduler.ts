import type { Cadence } from '../config/index.ts';
import type { CheckResult } from '../model/check.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { Logger } from '../model/logger.ts';
import type { Priority } from '../model/priority.ts';
import type { Recorder } from '../model/recorder.ts';
import { MINUTE_MS, type Clock } from '../model/time.ts';
import type { Trigger } from '../model/verdict.ts';
import type { Daemon, RunOptions } from '../monitor/daemon.ts';
import type { Dispatch } from '../monitor/dispatch.ts';
import type { Fleet } from '../monitor/fleet.ts';
import { createLoop, type Loop } from './loop.ts';
import { createWorkQueue } from './queue.ts';
import { stretchInterval } from './stretch.ts';
import { createTimetable } from './timetable.ts';
import { byExpression, everySecond, type Trigger as CronTrigger } from './trigger.ts';

export interface SchedulerOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recorder: Pick<Recorder, 'lag'>;
  readonly intervals: {
    readonly edgeMs: number;
    readonly inventory: Cadence;
    readonly platform: Cadence;
    readonly suspects: Cadence;
  };
  readonly concurrency: number;
  readonly handshakesPerSecond: number;
  /** When upkeep last began, wall clock; survives a restart. The other loops begin anew: nothing is verified before they have looked. */
  readonly ledger: {
    readonly load: () => number | undefined;
    readonly save: (at: number) => void;
  };
  /** Retention, rollups, checkpoint, dead-man ping. */
  readonly upkeep: (signal: AbortSignal) => Promise<void>;
}

type LoopName = 'inventory' | 'platform' | 'suspects' | 'upkeep';

/** Decides when the daemon does what. */
export interface Scheduler {
  readonly dispatch: Dispatch;
  readonly start: (daemon: Daemon) => void;
  /**
   * One run of a tenant for somebody who waits, before everything else, but for the trigger `schedule`: a scrape of every tenant is
   * no more urgent than our own schedule. Undefined when the tenant is gone or we stop.
   *
   * @param facts of Fly's API: asked now, or the latest sweep's (default: asked now for gate and manual runs)
   */
  readonly verifyNow: (
    tenant: string,
    trigger: Trigger,
    onCheck?: (result: CheckResult) => void,
    facts?: RunOptions['facts'],
  ) => Promise<TenantResult | undefined>;
  /** Sweeps the organization; resolves when a sweep is over that began after the call. */
  readonly sweepNow: () => Promise<void>;
  /** The interval at which each tenant is verified, longer than configured when the budget asks for it. */
  readonly edgeIntervalMs: () => number;
  /** Names of the loops whose work does not come to an end. */
  readonly stalled: () => readonly string[];
  /** Starts nothing more and ends what is under way. */
  readonly stop: () => Promise<void>;
}

interface Job {
  readonly tenant: string;
  /** When it was asked for, monotonic. */
  readonly atMs: number;
  readonly trigger: Trigger;
  readonly run: RunOptions;
  readonly done?: (result: TenantResult | undefined) => void;
}

const UPKEEP_MS = MINUTE_MS;
/** The priorities of runs that are due by the schedule. */
const SCHEDULED = ['failing', 'routine'] as const satisfies readonly Priority[];
/** Every step of a verification has a timeout of seconds: when none of them ends for so long, none will. */
const VERIFICATIONS_PATIENCE_MS = 2 * MINUTE_MS;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { fleet, clock, logger, recorder, intervals } = options;
  const controller = new AbortController();
  const timetable = createTimetable();
  const timers = new Set<NodeJS.Timeout>();
  let loops: readonly Loop[] = [];
  let daemon: Daemon | undefined;
  const crons: CronTrigger[] = [];
  const waiters = new Set<(result: TenantResult | undefined) => void>();
  let requests = 0;

  /** When a verification last ended, or there was none under way. */
  let endedMs = clock.monotonicMs();
  const queue = createWorkQueue<Job>(options.concurrency, async (_key, priority, job) => {
    const result = await daemon
      ?.verify(job.tenant, job.trigger, priority, controller.signal, job.run)
      .catch((error: unknown) => {
        logger.error({ tenant: job.tenant, error: String(error) }, 'a verification broke: a fault of ours');
        return undefined;
      });
    job.done?.(result);
    endedMs = clock.monotonicMs();
  });

  const dispatch: Dispatch = (tenant, priority, trigger, delayMs = 0) => {
    if (controller.signal.aborted) return;
    const push = (): void => {
      queue.push(tenant, priority, { tenant, trigger, atMs: clock.monotonicMs(), run: {} });
    };
    if (delayMs === 0) {
      push();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      push();
    }, delayMs);
    timers.add(timer);
  };

  const layOut = (): void => {
    const tenants = fleet.tenants();
    const wantedMs = intervals.edgeMs;
    const intervalMs = stretchInterval(wantedMs, {
      tenants: tenants.length,
      handshakesPerTenant: handshakesPerTenant(fleet),
      handshakesPerSecond: options.handshakesPerSecond,
    });
    if (intervalMs !== timetable.intervalMs() && intervalMs > wantedMs) {
      logger.warn(
        { tenants: tenants.length, wantedMs, intervalMs },
        'the handshake budget does not allow the wanted interval; it is stretched',
      );
    }
    const ids = tenants.map(({ id }) => id);
    timetable.set(ids, intervalMs, clock.now(), clock.monotonicMs());
  };

  const scheduled = (tenant: string): Priority =>
    fleet.latest(tenant)?.decided === 'fail' ? 'failing' : 'routine';

  const edge = (): void => {
    const atMs = clock.monotonicMs();
    const { tenants, dropped, lateMs } = timetable.take(atMs);
    // What waits for a place is late, too, and keeps the next run of its tenant from being queued.
    const waitedMs = SCHEDULED.map((priority) => atMs - (queue.first(priority)?.atMs ?? atMs));
    recorder.lag('edge', Math.max(lateMs, ...waitedMs));
    if (queue.running() === 0) endedMs = clock.monotonicMs();
    if (dropped > 0)
      logger.warn({ dropped }, 'runs were dropped after a stall; each tenant keeps its next slot');
    for (const id of tenants)
      queue.push(id, scheduled(id), { tenant: id, trigger: 'schedule', atMs, run: {} });
  };

  const loop = (
    name: LoopName,
    cadence: Cadence,
    run: (signal: AbortSignal) => Promise<void>,
    kept?: SchedulerOptions['ledger'],
  ): Loop => {
    const one = createLoop({
      name,
      // By a cron expression the loop runs once at the start and then when it is told.
      intervalMs: 'cron' in cadence ? Number.POSITIVE_INFINITY : cadence.everyMs,
      clock,
      lastStart: kept?.load(),
      run,
      started: (at) => {
        kept?.save(at);
      },
      late: (lagMs) => {
        recorder.lag(name, lagMs);
      },
      failed: (error) => {
        logger.error({ loop: name, error: String(error) }, 'a loop broke: a fault of ours');
      },
    });
    if ('cron' in cadence) crons.push(byExpression(clock, cadence.cron, one.due));
    return one;
  };

  return {
    dispatch,
    start: (work) => {
      daemon = work;
      loops = [
        loop('platform', intervals.platform, work.observeShared),
        loop('inventory', intervals.inventory, work.sweep),
        loop('suspects', intervals.suspects, work.lookAtSuspects),
        loop('upkeep', { everyMs: UPKEEP_MS }, options.upkeep, options.ledger),
      ];
      const tick = (): void => {
        for (const one of loops) one.tick();
        layOut();
        edge();
      };
      crons.push(everySecond(clock, tick));
      tick();
    },
    verifyNow: (tenant, trigger, onCheck, facts) =>
      new Promise((resolve) => {
        if (controller.signal.aborted) {
          resolve(undefined);
          return;
        }
        waiters.add(resolve);
        const done = (result: TenantResult | undefined): void => {
          waiters.delete(resolve);
          resolve(result);
        };
        // A key of its own: whoever waits gets a run of their own.
        const waited = trigger === 'gate' || trigger === 'manual';
        const run = {
          facts: facts ?? (waited ? 'live' : 'swept'),
          ...(onCheck === undefined ? {} : { onCheck }),
        };
        const job: Job = { tenant, trigger, atMs: clock.monotonicMs(), done, run };
        queue.push(`${tenant}/${String(++requests)}`, waited ? 'gate' : scheduled(tenant), job);
      }),
    sweepNow: async () => {
      const inventory = loops.find(({ name }) => name === 'inventory');
      // One that is under way may have passed what the caller wants to see.
      await inventory?.idle();
      inventory?.runNow();
      await inventory?.idle();
    },
    stalled: () => [
      ...loops.filter((one) => one.stalled()).map(({ name }) => name),
      ...(queue.running() > 0 && clock.monotonicMs() - endedMs > VERIFICATIONS_PATIENCE_MS ? ['edge'] : []),
    ],
    edgeIntervalMs: () => timetable.intervalMs(),
    stop: async () => {
      for (const cron of crons) cron.stop();
      for (const one of loops) one.stop();
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queue.clear();
      controller.abort(new Error('the daemon stops'));
      for (const resolve of waiters) resolve(undefined);
      waiters.clear();
      await Promise.all([queue.idle(), ...loops.map((one) => one.idle())]);
    },
  };
}

/** An address each, and the direct request; before the first look the usual one address is assumed. */
function handshakesPerTenant(fleet: Fleet): number {
  const control = fleet.shared()?.snapshot.controls[0];
  const addresses = new Set(control?.handshakes.map(({ address }) => address));
  return Math.max(1, addresses.size) + 1;
}
