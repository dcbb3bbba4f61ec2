import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inventoryView, liveView } from '../../src/monitor/fly-view.ts';
import type { FlyProbe } from '../../src/probes/fly.ts';
import type { Claim } from '../../src/model/fly.ts';
import {
  APP,
  claim,
  DOMAIN,
  failed,
  observed,
  SETTINGS,
  skipped,
  tenant,
  WILDCARD,
} from '../support/snapshots.ts';

const { signal } = new AbortController();
const TENANT = tenant().tenant;
const answers = () => observed({ api: 'machines' as const });

function probe(certificates: readonly Claim[]): FlyProbe {
  const nothing = () => Promise.resolve(failed('api', 'not-found'));
  return {
    certificates: () => Promise.resolve(observed(certificates)),
    certificate: nothing,
    machines: () => Promise.resolve(observed([])),
    addresses: nothing,
    inventory: nothing,
    releases: nothing,
  };
}

describe('calls about single apps', () => {
  it('show the wildcard on the app of one of the tenants, in any letter case', async () => {
    const misplaced = claim(`*.${DOMAIN.toUpperCase()}`, APP);
    const view = liveView(probe([misplaced]), SETTINGS, answers, [TENANT]);
    assert.deepEqual(await view.wildcardClaims(signal), observed([misplaced]));
  });

  it('never show that nobody claims the wildcard', async () => {
    for (const certificates of [[], [WILDCARD], [claim(`x.${DOMAIN}`, APP)]]) {
      const view = liveView(probe(certificates), SETTINGS, answers, [TENANT]);
      assert.deepEqual(await view.wildcardClaims(signal), skipped('needs-inventory'));
    }
  });
});

describe('a sweep of an organization that is not found', () => {
  it('says nothing of the apps: the token sees another organization', async () => {
    const unknown = failed('api', 'not-found');
    const view = inventoryView({
      inventory: () => Promise.resolve(unknown),
      addresses: () => Promise.resolve(unknown),
      platform: SETTINGS,
      status: answers,
    });
    const { certificates, machines, otherClaims } = await view.tenant(TENANT, signal);
    const management = await view.management(signal);
    const parts = [certificates, machines, otherClaims, management.certificates, management.machines];
    for (const part of [...parts, await view.wildcardClaims(signal)])
      assert.equal(part.outcome === 'failed' ? part.failure.code : part.outcome, 'forbidden');
  });
});
