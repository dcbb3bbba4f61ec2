import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRequestBudget } from '../../src/fly/budget.ts';
import { FlyError } from '../../src/fly/index.ts';
import { createPageSize } from '../../src/fly/page-size.ts';
import { flyError } from '../../src/fly/error.ts';
import { standingClock } from './hurried-clock.ts';

const never = new AbortController().signal;

describe('the request budget', () => {
  it('lets a burst go at once and then one for each interval', async () => {
    const clock = standingClock();
    const budget = createRequestBudget({ clock, perSecond: 10, burst: 3 });
    const granted: number[] = [];
    for (let request = 0; request < 6; request += 1) {
      await budget.take(null, never);
      granted.push(clock.monotonicMs());
    }
    assert.deepEqual(granted, [0, 0, 0, 100, 200, 300]);
  });

  it('has the burst again after a rest', async () => {
    const clock = standingClock();
    const budget = createRequestBudget({ clock, perSecond: 10, burst: 2 });
    for (let request = 0; request < 4; request += 1) await budget.take(null, never);
    clock.advance(10_000);
    const before = clock.monotonicMs();
    await budget.take(null, never);
    await budget.take(null, never);
    assert.equal(clock.monotonicMs(), before);
  });

  it("keeps Fly's limit for one action and app: one a second, three at once", async () => {
    const clock = standingClock();
    const budget = createRequestBudget({ clock, perSecond: 1_000, burst: 1_000 });
    for (let request = 0; request < 5; request += 1) await budget.take('machines:a', never);
    assert.equal(clock.monotonicMs(), 2_000);
    await budget.take('machines:b', never);
    assert.equal(clock.monotonicMs(), 2_000);
  });

  it('waits out a short pause, and refuses in a long one', async () => {
    const clock = standingClock();
    const budget = createRequestBudget({ clock, perSecond: 10, burst: 3 });
    budget.pause(10_000);
    await budget.take(null, never);
    assert.equal(clock.monotonicMs(), 10_000);
    budget.pause(10_001);
    await assert.rejects(budget.take(null, never), (error) => {
      assert.ok(error instanceof FlyError);
      assert.equal(error.failure.code, 'rate-limited');
      assert.equal(error.failure.retryAfterMs, 10_001);
      return true;
    });
  });

  it('asks again after an hour, however long a pause is asked for', async () => {
    const clock = standingClock();
    const budget = createRequestBudget({ clock, perSecond: 10, burst: 3 });
    budget.pause(30 * 365 * 24 * 3_600_000);
    await assert.rejects(budget.take(null, never), FlyError);
    clock.advance(3_600_000);
    await budget.take(null, never);
  });
});

describe('the page size', () => {
  const limits = { largest: 100, smallest: 6 };

  async function sizesAsked(
    size: ReturnType<typeof createPageSize>,
    works: (first: number) => boolean,
  ): Promise<readonly number[]> {
    const asked: number[] = [];
    await size
      .ask((first) => {
        asked.push(first);
        return works(first) ? Promise.resolve() : Promise.reject(flyError('timeout', 'slow'));
      })
      .catch(() => undefined);
    return asked;
  }

  it('shrinks until a page comes, and is remembered', async () => {
    const size = createPageSize({ clock: standingClock(), ...limits });
    assert.deepEqual(await sizesAsked(size, (first) => first <= 30), [100, 25]);
    assert.deepEqual(await sizesAsked(size, (first) => first <= 30), [25]);
  });

  it('learns nothing from a page that fails at any size', async () => {
    const size = createPageSize({ clock: standingClock(), ...limits });
    assert.deepEqual(await sizesAsked(size, () => false), [100, 25, 6]);
    assert.deepEqual(await sizesAsked(size, () => true), [100]);
  });

  it('grows by one step after a quarter of an hour of peace', async () => {
    const clock = standingClock();
    const size = createPageSize({ clock, ...limits });
    await sizesAsked(size, (first) => first <= 30);
    clock.advance(15 * 60_000 - 1);
    assert.deepEqual(await sizesAsked(size, () => true), [25]);
    clock.advance(1);
    assert.deepEqual(await sizesAsked(size, () => true), [50]);
    assert.deepEqual(await sizesAsked(size, () => true), [50]);
  });

  it('does not shrink for a failure that size has no part in', async () => {
    const size = createPageSize({ clock: standingClock(), ...limits });
    let asked = 0;
    await assert.rejects(
      size.ask(() => {
        asked += 1;
        return Promise.reject(flyError('unauthorized', 'no'));
      }),
    );
    assert.equal(asked, 1);
  });
});
