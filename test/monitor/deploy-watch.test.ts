import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Release } from '../../src/model/fly.ts';
import { createDeployWatch } from '../../src/monitor/deploy-watch.ts';

const RELEASE: Release = {
  id: 'r12',
  version: 12,
  status: 'complete',
  reason: '',
  description: '',
  image: null,
  user: null,
  createdAt: 0,
};

describe('a deploy that was noticed', () => {
  function watch() {
    let nowMs = 0;
    const clock = { now: () => 0, monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
    const deploys = createDeployWatch(clock);
    deploys.began('a', RELEASE);
    return { deploys, at: (ms: number) => (nowMs = ms) };
  }

  it('is followed until the tenant verifies, and then no longer', () => {
    const { deploys, at } = watch();
    for (const verdict of ['fail', 'unknown', 'skipped'] as const) {
      assert.deepEqual(deploys.after('a', verdict), { kind: 'again', delayMs: 5_000 });
    }
    at(61_000);
    assert.deepEqual(deploys.after('a', 'pass'), { kind: 'verified', release: RELEASE, tookMs: 61_000 });
    assert.deepEqual(deploys.after('a', 'fail'), { kind: 'none' });
  });

  it('is given up after five minutes', () => {
    const { deploys, at } = watch();
    at(299_999);
    assert.equal(deploys.after('a', 'fail').kind, 'again');
    at(300_000);
    assert.equal(deploys.after('a', 'fail').kind, 'gave-up');
    assert.equal(deploys.after('a', 'fail').kind, 'none');
  });

  it('concerns its own tenant only', () => {
    assert.equal(watch().deploys.after('b', 'pass').kind, 'none');
  });
});
