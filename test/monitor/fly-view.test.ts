import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inventoryView, liveView, type FlyView } from '../../src/monitor/fly-view.ts';
import { controlName } from '../../src/monitor/observe-platform.ts';
import type { FlyProbe } from '../../src/probes/fly.ts';
import type { Claim } from '../../src/model/fly.ts';
import type { Taken } from '../../src/model/observation.ts';
import {
  APP,
  claim,
  DOMAIN,
  failed,
  MANAGEMENT,
  NOW,
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

describe('where tenants live one level deeper than the domain', () => {
  const deeper = { ...SETTINGS, tenantHost: '{tenant}.apps.{domain}' };
  const wild = claim(`*.apps.${DOMAIN}`, APP);

  it('their wildcard is the one that counts', async () => {
    const live = liveView(probe([claim(`*.${DOMAIN}`, APP), wild]), deeper, answers, [TENANT]);
    assert.deepEqual(await live.wildcardClaims(signal), observed([wild]));
    const swept = {
      startedAt: NOW,
      takenAt: NOW,
      apps: new Map(),
      claims: new Map([[wild.hostname, [wild]]]),
    };
    const view = inventoryView({
      inventory: () => Promise.resolve(observed(swept)),
      addresses: () => Promise.resolve(observed([])),
      platform: deeper,
      status: answers,
    });
    assert.deepEqual(await view.wildcardClaims(signal), observed([wild]));
  });

  it('the control names lie beside them', () => {
    assert.match(
      controlName(deeper, () => 0.5),
      new RegExp(`^control-i{12}\\.apps\\.${DOMAIN}$`),
    );
    assert.match(
      controlName(SETTINGS, () => 0.5),
      new RegExp(`^control-i{12}\\.${DOMAIN}$`),
    );
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

describe('a sweep in which the certificates of one app could not be read', () => {
  const LOST = 'sp-lost';
  const failure = failed('api', 'server-error').failure;
  const viewOf = (unread: string, claims: readonly Claim[] = []): FlyView => {
    const apps = [APP, MANAGEMENT, LOST].map((name) => ({
      name,
      status: '',
      currentRelease: null,
      machines: [],
    }));
    const swept = observed({
      startedAt: NOW,
      takenAt: NOW,
      apps: new Map(
        apps.map((app) => [app.name, { ...app, claims: claims.filter((one) => one.app === app.name) }]),
      ),
      claims: new Map(claims.map((one) => [one.hostname, [one]])),
      unread: new Map([[unread, failure]]),
    });
    return inventoryView({
      inventory: () => Promise.resolve(swept),
      addresses: () => Promise.resolve(observed([])),
      platform: SETTINGS,
      status: answers,
    });
  };
  const outcome = (taken: Taken<unknown>): string =>
    taken.outcome === 'failed' ? `${taken.failure.code}: ${taken.failure.detail}` : taken.outcome;

  it('leaves the others’ certificates known, and says whose are not', async () => {
    const { certificates, otherClaims } = await viewOf(LOST).tenant(TENANT, signal);
    assert.deepEqual(certificates.outcome, 'observed');
    assert.equal(outcome(otherClaims), `incomplete: the certificates of ${LOST} could not be read`);
    assert.match(outcome(await viewOf(LOST).wildcardClaims(signal)), /^incomplete: .* sp-lost /);
  });

  it('is sure of a claim that it found elsewhere all the same', async () => {
    const stolen = claim(TENANT.hostname, 'sp-thief');
    const wild = claim(`*.${DOMAIN}`, 'sp-thief');
    const view = viewOf(LOST, [stolen, wild]);
    assert.deepEqual((await view.tenant(TENANT, signal)).otherClaims, { ...observed([]), facts: [stolen] });
    assert.equal(outcome(await view.wildcardClaims(signal)), 'observed');
  });

  it('does not hold against anybody what that one claimed when it could last be read', async () => {
    const view = viewOf(LOST, [claim(TENANT.hostname, LOST), claim(`*.${DOMAIN}`, LOST)]);
    assert.match(outcome((await view.tenant(TENANT, signal)).otherClaims), /^incomplete/);
    assert.match(outcome(await view.wildcardClaims(signal)), /^incomplete/);
  });

  it('does not know the certificates of that one, and of who else claims its name all', async () => {
    const { certificates, otherClaims } = await viewOf(APP).tenant(TENANT, signal);
    assert.match(outcome(certificates), /^server-error/);
    assert.equal(otherClaims.outcome, 'observed');
    assert.equal(
      outcome((await viewOf(MANAGEMENT).management(signal)).certificates).split(':')[0],
      'server-error',
    );
  });
});
