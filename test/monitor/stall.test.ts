import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { discountTimeouts, watchStalls } from '../../src/monitor/stall.ts';
import { realClock } from '../support/clock.ts';
import { diagnosed } from '../support/diagnosing.ts';
import { failed, tenant } from '../support/snapshots.ts';

describe('a stall of this process', () => {
  it('is noticed when it really happened, and only by runs that it overlapped', async () => {
    const stalls: number[] = [];
    const watch = watchStalls(realClock, (durationMs) => stalls.push(durationMs));
    const before = realClock.monotonicMs();
    await realClock.sleep(300);
    assert.equal(watch.since(before), false);
    const end = performance.now() + 1_600;
    while (performance.now() < end);
    assert.equal(watch.since(before), true);
    assert.equal(stalls.length, 1);
    const after = realClock.monotonicMs() + 1;
    await realClock.sleep(300);
    assert.equal(watch.since(after), false);
    watch.stop();
  });

  it('is noticed as a suspension when only the wall clock went on', () => {
    let now = 0;
    const clock = { now: () => now, monotonicMs: () => 0, sleep: () => Promise.resolve() };
    const stalls: number[] = [];
    const watch = watchStalls(clock, (durationMs) => stalls.push(durationMs));
    now = 3_600_000;
    assert.equal(watch.since(0), true);
    assert.equal(stalls.length, 1);
    now = 0;
    watch.stop();
  });

  it('turns what timed out meanwhile into what we do not know', () => {
    const timedOut = tenant({ site: failed('request', 'timeout'), direct: failed('request', 'timeout') });
    assert.equal(diagnosed({ site: failed('request', 'timeout') }).result.verdict, 'fail');
    const discounted = discountTimeouts(timedOut);
    assert.ok(discounted.site.outcome === 'failed' && discounted.site.failure.code === 'aborted');
    assert.equal(diagnosed({ site: discounted.site, direct: discounted.direct }).result.verdict, 'unknown');
  });
});
