import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../src/model/time.ts';
import type { Daemon } from '../../src/monitor/daemon.ts';
import { createFleet } from '../../src/monitor/fleet.ts';
import { createScheduler, type Scheduler } from '../../src/schedule/scheduler.ts';
import { recordingLogger } from '../store/fixtures.ts';
import { createManualClock } from '../support/clock.ts';
import { until } from '../support/until.ts';

const nothing = (): Promise<void> => Promise.resolve();

/** Of an empty fleet unless one is given; its loops leave the time to what is asked for. */
function schedulerOf(
  clock: Clock,
  concurrency: number,
  fleet = createFleet(),
  lag: (loop: string, lagMs: number) => void = () => undefined,
): Scheduler {
  const every = { everyMs: 3_600_000 };
  return createScheduler({
    fleet,
    clock,
    logger: recordingLogger(),
    recorder: { lag },
    intervals: { edgeMs: 60_000, inventory: every, platform: every, suspects: every },
    concurrency,
    handshakesPerSecond: 25,
    ledger: { load: () => undefined, save: () => undefined },
    upkeep: nothing,
  });
}

describe('the scheduler', () => {
  it('tells which work does not come to an end, and that it goes on again', async (context) => {
    const clock = createManualClock();
    const scheduler = schedulerOf(clock, 2);
    const over = Promise.withResolvers<undefined>();
    const sweepOver = Promise.withResolvers<undefined>();
    const daemon: Daemon = {
      sweep: () => sweepOver.promise,
      observeShared: nothing,
      lookAtSuspects: nothing,
      verify: () => over.promise,
    };
    scheduler.start(daemon);
    context.after(() => {
      sweepOver.resolve(undefined);
      return scheduler.stop();
    });
    const waited = scheduler.verifyNow('a', 'manual');
    await clock.advance(120_000);
    assert.deepEqual(scheduler.stalled(), []);
    await clock.advance(1);
    assert.deepEqual(scheduler.stalled(), ['edge']);
    over.resolve(undefined);
    await waited;
    await clock.advance(1);
    assert.deepEqual(scheduler.stalled(), []);
    // A sweep may take long: twice its interval.
    await clock.advance(7_200_000);
    assert.deepEqual(scheduler.stalled(), ['inventory']);
    sweepOver.resolve(undefined);
    await clock.advance(1);
    assert.deepEqual(scheduler.stalled(), []);
  });

  it('takes a scrape of every tenant in its turn, and somebody who waits first', async (context) => {
    const clock = createManualClock();
    const scheduler = schedulerOf(clock, 1);
    const order: string[] = [];
    scheduler.start({
      sweep: nothing,
      observeShared: nothing,
      lookAtSuspects: nothing,
      verify: (tenant, trigger, priority) => {
        order.push(`${tenant} ${trigger} ${priority}`);
        return Promise.resolve(undefined);
      },
    });
    context.after(() => scheduler.stop());
    await Promise.all([
      scheduler.verifyNow('a', 'schedule'),
      scheduler.verifyNow('b', 'schedule'),
      scheduler.verifyNow('c', 'gate'),
    ]);
    assert.deepEqual(order, ['a schedule routine', 'c gate gate', 'b schedule routine']);
  });

  it('shows as lag how long due runs wait for a place, not only how late the tick was', async (context) => {
    const clock = createManualClock();
    const fleet = createFleet();
    const [one, other] = ['a', 'b'].map((id) => ({ id, hostname: id, app: id, labels: {} }));
    assert.ok(one && other);
    fleet.setTenants([one, other]);
    const lags: number[] = [];
    const scheduler = schedulerOf(clock, 1, fleet, (loop, lagMs) => {
      if (loop === 'edge') lags.push(lagMs);
    });
    const over = Promise.withResolvers<undefined>();
    scheduler.start({
      sweep: nothing,
      observeShared: nothing,
      lookAtSuspects: nothing,
      verify: () => over.promise,
    });
    context.after(() => {
      over.resolve(undefined);
      return scheduler.stop();
    });
    void scheduler.verifyNow('a', 'gate');
    void scheduler.verifyNow('b', 'schedule');
    await clock.advance(45_000);
    await until('the next tick', () => ((lags.at(-1) ?? 0) >= 45_000 ? true : undefined));
  });

  it('begins nothing after it was stopped, whoever asks', async () => {
    const scheduler = schedulerOf(createManualClock(), 1);
    let begun = 0;
    scheduler.start({
      sweep: nothing,
      observeShared: nothing,
      lookAtSuspects: nothing,
      verify: () => {
        begun += 1;
        return Promise.resolve(undefined);
      },
    });
    await scheduler.stop();
    assert.equal(await scheduler.verifyNow('a', 'gate'), undefined);
    assert.equal(begun, 0);
  });
});
