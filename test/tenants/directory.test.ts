import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tenant } from '../../src/model/tenant.ts';
import { createListSource, createTenantDirectory } from '../../src/tenants/index.ts';
import type { TenantSource } from '../../src/tenants/index.ts';
import { unbelievableLoss } from '../../src/tenants/directory.ts';
import { standingClock } from '../fly/hurried-clock.ts';
import { fleet, PLAN } from './plan.ts';

const never = new AbortController().signal;

/** A source that answers what it is set to. */
function settable(name: string, tenants: readonly Tenant[]) {
  const answer: { tenants: readonly Tenant[] | Error } = { tenants };
  const source: TenantSource = {
    name,
    load: () =>
      answer.tenants instanceof Error ? Promise.reject(answer.tenants) : Promise.resolve(answer.tenants),
  };
  return { answer, source };
}

function directoryOf(...sources: readonly TenantSource[]) {
  return createTenantDirectory({ sources, maxLossShare: 0.3, clock: standingClock() });
}

describe('a loss of tenants', () => {
  const table: readonly (readonly [string, number, number, boolean])[] = [
    ['of none is believed', 10, 10, true],
    ['of exactly the share is believed', 10, 7, true],
    ['of more than the share is not', 10, 6, false],
    ['of all is not', 10, 0, false],
    ['of the only one is not', 1, 0, false],
    ['from nothing to nothing is believed', 0, 0, true],
    ['is none when the list grows', 3, 10, true],
  ];
  for (const [name, before, after, believed] of table) {
    it(name, () => {
      assert.equal(unbelievableLoss(fleet(before), fleet(after), 0.3) === null, believed);
    });
  }

  it('of all is not believed even where everything may be lost', () => {
    assert.notEqual(unbelievableLoss(fleet(3), [], 1), null);
    assert.equal(unbelievableLoss(fleet(3), fleet(1), 1), null);
  });

  it('counts who is missing, not how many there are', () => {
    assert.notEqual(unbelievableLoss(fleet(10), fleet(10, 100), 0.3), null);
  });
});

describe('the directory', () => {
  it('combines sources: the first decides the site, labels are added', async () => {
    const [tenant] = fleet(1);
    assert.ok(tenant !== undefined);
    const first = { ...tenant, hostname: 'shop.example.com', labels: { plan: 'gold' } };
    const second = { ...tenant, labels: { plan: 'free', region: 'eu' } };
    const directory = directoryOf(
      settable('list', [first]).source,
      settable('fly', [second, ...fleet(2, 1)]).source,
    );
    const list = await directory.refresh(never);
    assert.equal(list.tenants.length, 3);
    assert.deepEqual(list.byId.get(tenant.id), { ...first, labels: { plan: 'gold', region: 'eu' } });
    assert.equal(list.byHostname.get('shop.example.com')?.id, tenant.id);
    assert.equal(list.byApp.get(tenant.app)?.id, tenant.id);
    assert.equal(directory.current(), list);
  });

  it('tells who came and who went', async () => {
    const { answer, source } = settable('fly', fleet(4));
    const directory = directoryOf(source);
    assert.equal((await directory.refresh(never)).added.length, 4);
    answer.tenants = fleet(4, 1);
    const list = await directory.refresh(never);
    assert.deepEqual(
      list.added.map(({ id }) => id),
      ['000000000004'],
    );
    assert.deepEqual(
      list.removed.map(({ id }) => id),
      ['000000000000'],
    );
  });

  it('keeps the last good list of a source that fails, says so, and recovers', async () => {
    const clock = standingClock();
    const said: string[] = [];
    const log = (level: string) => (fields: object, message: string) =>
      void said.push(`${level} ${JSON.stringify(fields)} ${message}`);
    const { answer, source } = settable('fly', fleet(4));
    const directory = createTenantDirectory({
      sources: [source, settable('list', fleet(1, 50)).source],
      maxLossShare: 0.3,
      clock,
      logger: { info: log('info'), warn: log('warn') },
    });
    await directory.refresh(never);
    answer.tenants = new Error('HTTP 503\u001b[31m');
    clock.advance(1_000);
    const since = clock.now();
    for (let round = 0; round < 3; round += 1) {
      const list = await directory.refresh(never);
      assert.equal(list.tenants.length, 5);
      assert.deepEqual(list.removed, []);
      clock.advance(1_000);
    }
    const [fly, other] = directory.current().sources;
    assert.equal(fly?.state, 'kept');
    assert.equal(fly.reason, 'HTTP 503');
    assert.equal(fly.failingSince, since);
    assert.equal(other?.state, 'fresh');
    answer.tenants = fleet(5);
    await directory.refresh(never);
    const [recovered] = directory.current().sources;
    assert.equal(recovered?.state, 'fresh');
    assert.equal(recovered.failingSince, null);
    // Once when it failed and once when it was over, not every round.
    assert.deepEqual(
      said.map((line) => line.split(' ')[0]),
      ['warn', 'info'],
    );
  });

  it('does not say the name of a source again in every part of its reason', async () => {
    const { answer, source } = settable('http x.io/t', []);
    answer.tenants = new Error('http x.io/t: entry 1: bad; http x.io/t: entry 2: bad');
    const [state] = (await directoryOf(source).refresh(never)).sources;
    assert.equal(state?.reason, 'entry 1: bad; entry 2: bad');
  });

  it('does not believe a source that goes blank, until someone confirms it', async () => {
    const { answer, source } = settable('fly', fleet(10));
    const directory = directoryOf(source);
    await directory.refresh(never);
    answer.tenants = [];
    assert.equal((await directory.refresh(never)).tenants.length, 10);
    answer.tenants = fleet(5);
    const kept = await directory.refresh(never);
    assert.equal(kept.tenants.length, 10);
    assert.equal(kept.sources[0]?.reason, 'it lost 5 of 10 tenants at once');
    assert.equal(kept.sources[0].lost, 5);
    const other = await directory.refresh(never, { acceptLoss: new Set(['list']) });
    assert.equal(other.tenants.length, 10, 'another source was confirmed, not this one');
    const accepted = await directory.refresh(never, { acceptLoss: new Set(['fly']) });
    assert.equal(accepted.tenants.length, 5);
    assert.equal(accepted.removed.length, 5);
  });

  it('believes the configuration, whatever it loses, and knows it before anybody asks', async () => {
    const sources = [createListSource(['000000000001'], PLAN)];
    const options = { sources, maxLossShare: 0.3, clock: standingClock(), lastGood: [fleet(10)] };
    const directory = createTenantDirectory(options);
    assert.equal(directory.current().tenants.length, 1);
    assert.equal(directory.current().complete, true);
    const list = await directory.refresh(never);
    assert.equal(list.tenants.length, 1);
    assert.equal(list.sources[0]?.state, 'fresh');
  });

  it('is complete when every source has given a list, now or before a restart', async () => {
    const { answer, source } = settable('http', []);
    answer.tenants = new Error('refused');
    const directory = directoryOf(settable('fly', fleet(2)).source, source);
    assert.equal((await directory.refresh(never)).complete, false);
    answer.tenants = fleet(1, 9);
    assert.equal((await directory.refresh(never)).complete, true);
    answer.tenants = new Error('refused');
    assert.equal((await directory.refresh(never)).complete, true);
  });

  it('with a source that never answered says that it is empty for that reason', async () => {
    const { answer, source } = settable('http', []);
    answer.tenants = new Error('refused');
    const [state] = (await directoryOf(source).refresh(never)).sources;
    assert.equal(state?.state, 'empty');
    assert.equal(state.reason, 'refused');
  });

  it('starts from what was good before a restart', async () => {
    const { answer, source } = settable('fly', []);
    answer.tenants = new Error('down');
    const directory = createTenantDirectory({
      sources: [source],
      maxLossShare: 0.3,
      clock: standingClock(),
      lastGood: [fleet(3)],
    });
    assert.equal(directory.current().tenants.length, 3);
    const list = await directory.refresh(never);
    assert.equal(list.tenants.length, 3);
    assert.equal(list.sources[0]?.state, 'kept');
    assert.deepEqual(list.added, []);
  });

  it('does not call a source failing because we stop', async () => {
    const { answer, source } = settable('fly', fleet(2));
    const directory = directoryOf(source);
    await directory.refresh(never);
    answer.tenants = new Error('aborted');
    const list = await directory.refresh(AbortSignal.abort());
    assert.equal(list.sources[0]?.state, 'fresh');
    assert.equal(list.tenants.length, 2);
  });
});
