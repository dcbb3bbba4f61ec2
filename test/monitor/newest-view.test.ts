import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Claim } from '../../src/model/fly.ts';
import type { Taken } from '../../src/model/observation.ts';
import { withoutFly, type FlyView } from '../../src/monitor/fly-view.ts';
import { newestViews } from '../../src/monitor/newest-view.ts';
import { APP, claim, failed, HOST, observed, skipped, tenant } from '../support/snapshots.ts';

const { signal } = new AbortController();
const TENANT = tenant().tenant;
const CLAIMED = [claim(HOST, APP)];
type Lists = Taken<readonly Claim[]>;

function listed(claims: readonly Claim[], at: number): Lists {
  return { ...observed(claims), at };
}

function view(certificates: () => Lists): FlyView {
  return {
    ...withoutFly(),
    tenant: () =>
      Promise.resolve({
        certificates: certificates(),
        machines: skipped('no-fly'),
        otherClaims: skipped('needs-inventory'),
      }),
  };
}

describe('a scheduled run', () => {
  const facts: readonly (readonly [string, Lists | null, Lists, 'claimed' | 'free' | 'failed'])[] = [
    ['takes what the sweep saw', null, listed(CLAIMED, 5), 'claimed'],
    ['does not fall back behind a live look', listed([], 6), listed(CLAIMED, 5), 'free'],
    ['takes a sweep that began after the look', listed([], 6), listed(CLAIMED, 7), 'claimed'],
    ['takes the sweep when both began at once', listed([], 6), listed(CLAIMED, 6), 'claimed'],
    ['learns nothing from a look that failed', failed('api', 'timeout'), listed(CLAIMED, 5), 'claimed'],
    [
      'prefers what was seen before a sweep failed',
      listed([], 6),
      { ...failed('api', 'timeout'), at: 5 },
      'free',
    ],
    ['does not outlive a later failure', listed([], 6), { ...failed('api', 'timeout'), at: 7 }, 'failed'],
  ];
  for (const [name, looked, swept, expected] of facts) {
    it(name, async () => {
      const views = newestViews(
        view(() => looked ?? listed([], 0)),
        view(() => swept),
      );
      if (looked !== null) await views.live.tenant(TENANT, signal);
      const { certificates } = await views.swept.tenant(TENANT, signal);
      const said =
        certificates.outcome !== 'observed' ? 'failed' : certificates.facts.length > 0 ? 'claimed' : 'free';
      assert.equal(said, expected);
    });
  }

  it('goes on with sweeps once they have caught up', async () => {
    let swept = listed(CLAIMED, 5);
    const views = newestViews(
      view(() => listed([], 6)),
      view(() => swept),
    );
    await views.live.tenant(TENANT, signal);
    swept = listed(CLAIMED, 7);
    await views.swept.tenant(TENANT, signal);
    swept = listed(CLAIMED, 5);
    const { certificates } = await views.swept.tenant(TENANT, signal);
    assert.deepEqual(certificates, swept, 'the look was forgotten');
  });
});
