import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { byExpression, everySecond } from '../../src/schedule/trigger.ts';
import { realClock } from '../support/clock.ts';

const CHILD = fileURLToPath(new URL('./children/moved-clock.ts', import.meta.url));

async function ticksAround(
  shiftMs: number,
  trigger: string,
): Promise<{ readonly before: number; readonly after: number }> {
  const args = ['--import', 'tsx', CHILD, String(shiftMs), trigger];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { before: number; after: number };
}

describe('the trigger', { concurrency: true }, () => {
  for (const [name, shiftMs] of [
    ['set back by an hour', -3_600_000],
    ['set forward by an hour', 3_600_000],
  ] as const)
    for (const trigger of ['second', 'expression'])
      it(`by ${trigger} goes on ticking when the wall clock is ${name}, without a burst`, async () => {
        const { before, after } = await ticksAround(shiftMs, trigger);
        assert.ok(before >= 1, `${before} before`);
        assert.ok(after >= 2 && after <= 9, `${after} after`);
      });

  it('ticks again after a stall of the event loop, once for all that was missed', async () => {
    let ticks = 0;
    const trigger = everySecond(realClock, () => {
      ticks += 1;
    });
    try {
      const end = performance.now() + 3_000;
      while (performance.now() < end);
      const stalled = ticks;
      await realClock.sleep(2_100);
      assert.ok(ticks > stalled, 'it ticks');
      assert.ok(ticks - stalled <= 4, `${ticks - stalled} ticks in two seconds`);
    } finally {
      trigger.stop();
    }
  });

  it('follows a cron expression', async () => {
    const ticked = Promise.withResolvers<undefined>();
    const trigger = byExpression(realClock, '* * * * * *', () => {
      ticked.resolve(undefined);
    });
    await ticked.promise;
    trigger.stop();
  });
});
