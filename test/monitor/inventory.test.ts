import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AppSummary, Claim, Inventory, Release } from '../../src/model/fly.ts';
import type { Observation } from '../../src/model/observation.ts';
import { recentDeploys, tellClaims, touchedByClaims } from '../../src/monitor/follow-up.ts';
import { inventoryView } from '../../src/monitor/fly-view.ts';
import { diffInventories } from '../../src/monitor/inventory-diff.ts';
import { createInventoryKeeper } from '../../src/monitor/inventory.ts';
import { recordingLogger } from '../store/fixtures.ts';
import { settings } from '../support/snapshots.ts';

const platform = settings();
const signal = new AbortController().signal;

function claim(hostname: string, app: string): Claim {
  return {
    hostname,
    app,
    state: 'issued',
    status: 'Ready',
    createdAt: 1,
    expiresAt: 2,
    source: 'fly',
    notes: [],
  };
}

function release(version: number, createdAt = 0): Release {
  return {
    id: `r${String(version)}`,
    version,
    status: 'complete',
    reason: '',
    description: '',
    image: null,
    user: null,
    createdAt,
  };
}

function app(name: string, changes: Partial<AppSummary> = {}): AppSummary {
  return { name, status: 'deployed', claims: [], currentRelease: null, machines: [], ...changes };
}

function inventory(...apps: readonly AppSummary[]): Inventory {
  const claims = Map.groupBy(
    apps.flatMap((one) => one.claims),
    ({ hostname }) => hostname,
  );
  return { startedAt: 0, takenAt: 0, apps: new Map(apps.map((one) => [one.name, one])), claims };
}

const tenant = (id: string) => ({ id, hostname: `${id}.${platform.domain}`, app: `sp-${id}`, labels: {} });

describe('the difference of two sweeps', () => {
  it('has nothing new in the first one', () => {
    const diff = diffInventories(
      undefined,
      inventory(app('a', { claims: [claim('x.io', 'a')], currentRelease: release(1) })),
    );
    assert.deepEqual(diff, { appeared: [], gone: [] });
  });

  it('names claims that came and went, also of a hostname that another app holds as well', () => {
    const before = inventory(
      app('a', { claims: [claim('x.io', 'a')] }),
      app('b', { claims: [claim('y.io', 'b')] }),
    );
    const after = inventory(
      app('a', { claims: [claim('x.io', 'a')] }),
      app('b', { claims: [claim('x.io', 'b')] }),
    );
    const { appeared, gone } = diffInventories(before, after);
    assert.deepEqual(appeared, [claim('x.io', 'b')]);
    assert.deepEqual(gone, [claim('y.io', 'b')]);
  });
});

describe('what a sweep asks to be looked at', () => {
  const fleet = [tenant('aaa'), tenant('bbb'), tenant('ccc')];

  it('is each tenant whose hostname or app a changed claim names', () => {
    const diff = {
      appeared: [claim(`aaa.${platform.domain}`, 'elsewhere')],
      gone: [claim('shop.example.com', 'sp-ccc')],
    };
    assert.deepEqual(
      touchedByClaims(diff, fleet).map(({ id }) => id),
      ['aaa', 'ccc'],
    );
  });

  it('is told claim by claim, and beyond twenty by number', () => {
    const many = Array.from({ length: 23 }, (_, index) => claim(`${String(index)}.io`, 'a'));
    const logger = recordingLogger();
    tellClaims({ appeared: [claim('x.io', 'b')], gone: many }, logger);
    assert.deepEqual(logger.lines.at(0)?.fields, { hostname: 'x.io', app: 'b' });
    assert.equal(logger.lines.length, 1 + 20 + 1);
    assert.deepEqual(logger.lines.at(-1), { level: 'info', fields: { more: 3 }, message: 'claim went' });
  });

  it('is each tenant that was deployed within the last hour and is not suspended on purpose', () => {
    const now = 10_000_000;
    const fresh = [
      { app: 'sp-aaa', release: release(2, now - 3_600_000) },
      { app: 'sp-bbb', release: release(3, now - 3_600_001) },
      { app: 'postgres', release: release(4, now) },
    ];
    assert.deepEqual(
      recentDeploys(fresh, fleet, now).map(({ tenant: { id } }) => id),
      ['aaa'],
    );
    const suspended = fleet.map((one) => ({ ...one, labels: { suspended: 'true' } }));
    assert.deepEqual(recentDeploys(fresh, suspended, now), []);
  });
});

describe('the kept inventory', () => {
  const good: Observation<Inventory> = {
    outcome: 'observed',
    at: 0,
    durationMs: 1,
    facts: inventory(app('a')),
  };
  const bad: Observation<Inventory> = {
    outcome: 'failed',
    at: 0,
    durationMs: 1,
    failure: { phase: 'api', code: 'server-error', detail: 'HTTP 500' },
  };

  it('stays the last complete sweep while that is fresh, and says how later ones failed when it is not', async () => {
    let nowMs = 0;
    const answers = [good, bad, bad, good];
    const clock = { now: () => 0, monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
    const fly = { inventory: () => Promise.resolve(answers.shift() ?? bad) };
    const keeper = createInventoryKeeper(fly, clock, 100);
    assert.equal(keeper.current().outcome, 'failed');
    await keeper.sweep(signal);
    nowMs = 100;
    assert.equal((await keeper.sweep(signal)).diff, null);
    assert.equal(keeper.current(), good);
    nowMs = 101;
    await keeper.sweep(signal);
    assert.equal(keeper.current(), bad);
    assert.deepEqual((await keeper.sweep(signal)).diff?.appeared, []);
    assert.equal(keeper.current(), good);
  });

  it('is waited for at the start: what nobody asked Fly about is nothing that Fly did', async () => {
    const never = Promise.withResolvers<undefined>();
    let waitedMs = 0;
    const clock = {
      now: () => 0,
      monotonicMs: () => 0,
      sleep: (durationMs: number) => ((waitedMs = durationMs), never.promise),
    };
    const keeper = createInventoryKeeper({ inventory: () => Promise.resolve(good) }, clock, 100);
    const known = keeper.known();
    await keeper.sweep(signal);
    assert.equal(await known, good);
    const hanging = createInventoryKeeper({ inventory: () => never.promise.then(() => good) }, clock, 100);
    const late = hanging.known();
    void hanging.sweep(signal);
    assert.ok(waitedMs > 0);
    never.resolve(undefined);
    await late;
    const unasked = hanging.current();
    assert.ok(unasked.outcome === 'observed' || unasked.failure.code === 'aborted');
  });
});

describe('a tenant seen through a sweep', () => {
  const wildcard = claim(`*.${platform.domain}`, 'thief');
  const swept = inventory(
    app(platform.managementApp, { claims: [claim(`*.${platform.domain}`, platform.managementApp)] }),
    app('sp-aaa', { claims: [claim(`aaa.${platform.domain}`, 'sp-aaa')], machines: null }),
    app('thief', { claims: [claim(`aaa.${platform.domain}`, 'thief'), wildcard] }),
  );
  const view = inventoryView({
    inventory: () => Promise.resolve({ outcome: 'observed', at: 5, durationMs: 1, facts: swept }),
    addresses: () => Promise.resolve({ outcome: 'observed', at: 5, durationMs: 1, facts: ['192.0.2.1'] }),
    platform,
    status: () => ({ outcome: 'not-taken', reason: 'no-fly' }),
  });

  it('has its own claims, and of others those of exactly its name: the wildcard is the platform’s matter', async () => {
    const { certificates, otherClaims, machines } = await view.tenant(tenant('aaa'), signal);
    assert.ok(certificates.outcome === 'observed' && otherClaims.outcome === 'observed');
    assert.deepEqual(
      certificates.facts.map(({ app: holder }) => holder),
      ['sp-aaa'],
    );
    assert.deepEqual(otherClaims.facts, [claim(`aaa.${platform.domain}`, 'thief')]);
    assert.ok(
      machines.outcome === 'failed' && machines.failure.code === 'incomplete',
      'machines that are not known',
    );
    const claims = await view.wildcardClaims(signal);
    assert.ok(claims.outcome === 'observed');
    assert.deepEqual(claims.facts, [wildcard]);
  });

  it('whose app is in no complete sweep has none', async () => {
    const { certificates, machines, otherClaims } = await view.tenant(tenant('bbb'), signal);
    for (const taken of [certificates, machines]) {
      assert.ok(taken.outcome === 'failed' && taken.failure.code === 'not-found');
    }
    assert.ok(otherClaims.outcome === 'observed' && otherClaims.facts.length === 0);
  });
});
