import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLoop } from '../../src/schedule/loop.ts';

function harness(lastStart?: number, intervalMs = 10_000) {
  let nowMs = 0;
  let now = 1_000_000;
  const starts: number[] = [];
  const lags: number[] = [];
  let end: () => void = () => undefined;
  const loop = createLoop({
    name: 'platform',
    intervalMs,
    clock: { now: () => now, monotonicMs: () => nowMs, sleep: () => Promise.resolve() },
    lastStart,
    run: () => new Promise((resolve) => (end = resolve)),
    started: () => starts.push(nowMs),
    late: (lagMs) => lags.push(lagMs),
    failed: (error) => assert.fail(String(error)),
  });
  const at = (ms: number): void => {
    nowMs = ms;
    loop.tick();
  };
  const finish = async (): Promise<void> => {
    end();
    await loop.idle();
  };
  const jump = (ms: number): void => {
    now += ms;
  };
  return { loop, starts, lags, at, finish, jump };
}

describe('a loop', () => {
  it('starts at once when it never ran, then once an interval', async () => {
    const { starts, at, finish } = harness();
    for (const ms of [0, 1000, 9000, 10_000, 11_000, 20_000]) {
      at(ms);
      await finish();
    }
    assert.deepEqual(starts, [0, 10_000, 20_000]);
  });

  it('after a restart waits out the interval that the ledger began', async () => {
    const { starts, at, finish } = harness(1_000_000 - 4_000);
    for (const ms of [0, 5_000, 6_000]) {
      at(ms);
      await finish();
    }
    assert.deepEqual(starts, [6_000]);
  });

  it('does not trust a ledger from the future', async () => {
    const { starts, at, finish } = harness(9_000_000);
    at(0);
    await finish();
    assert.deepEqual(starts, [0]);
  });

  it('drops a run that would overlap, shows the lag, and catches up with one run', async () => {
    const { starts, lags, at, finish } = harness();
    at(0);
    at(12_000);
    at(35_000);
    assert.deepEqual(starts, [0]);
    await finish();
    at(36_000);
    await finish();
    at(37_000);
    assert.deepEqual(starts, [0, 36_000]);
    assert.deepEqual(lags, [0, 2_000, 25_000, 26_000]);
  });

  it('by an expression runs once at the start and then when it is told, with the same rule about overlaps', async () => {
    const { loop, starts, lags, at, finish } = harness(undefined, Number.POSITIVE_INFINITY);
    at(0);
    at(3_600_000);
    loop.due();
    at(3_607_000);
    assert.deepEqual(starts, [0]);
    await finish();
    at(3_608_000);
    await finish();
    at(7_000_000);
    assert.deepEqual(starts, [0, 3_608_000]);
    assert.deepEqual(lags, [0, 0, 7_000, 8_000]);
  });

  it('is stalled when a run takes minutes, until it ends', async () => {
    const { loop, at, finish } = harness();
    at(0);
    assert.equal(loop.stalled(), false);
    at(300_000);
    assert.equal(loop.stalled(), false);
    at(300_001);
    assert.equal(loop.stalled(), true);
    await finish();
    assert.equal(loop.stalled(), false);
  });

  it('is not moved by a wall clock that jumps', async () => {
    const { starts, at, finish, jump } = harness();
    at(0);
    await finish();
    jump(3_600_000);
    at(5_000);
    jump(-7_200_000);
    at(10_000);
    await finish();
    assert.deepEqual(starts, [0, 10_000]);
  });
});
