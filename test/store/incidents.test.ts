import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IncidentEvent } from '../../src/model/delivery.ts';
import type { Silence } from '../../src/model/incident.ts';
import { StoreError, type Store } from '../../src/store/index.ts';
import { aDelivery, anIncident, T0, temporaryStore } from './fixtures.ts';

function opened(at: number): IncidentEvent {
  return { incident: 'i1', at, kind: 'opened', by: null, text: 'opened' };
}

function put(store: Store, ...incidents: readonly ReturnType<typeof anIncident>[]): void {
  store.commitIncidents(incidents.map((incident) => ({ incident, events: [], deliveries: [] })));
}

const OTHER = { scope: 'tenant', name: 'other' } as const;

describe('incidents', () => {
  it('come back as they were committed, with timeline and deliveries', (context) => {
    const store = temporaryStore(context);
    const incident = anIncident('i1', {
      acknowledged: { by: 'me', at: T0, note: null },
      mutedBy: { scope: 'platform', code: 'platform-tls-outage' },
      members: ['a', 'b'],
    });
    const failed: IncidentEvent = { incident: 'i1', at: T0, kind: 'failed', by: null, text: 'first' };
    store.commitIncidents([{ incident, events: [opened(T0 + 5), failed], deliveries: [aDelivery('d1')] }]);
    assert.deepEqual(store.incidents.get('i1'), incident);
    assert.deepEqual(store.incidents.unresolved(), [incident]);
    assert.deepEqual(store.incidents.events('i1'), [failed, opened(T0 + 5)]);
    assert.deepEqual(
      store.outbox.list({}).map((delivery) => delivery.id),
      ['d1'],
    );
    assert.equal(store.incidents.get('unknown'), null);
  });

  it('are committed all or not at all', (context) => {
    const store = temporaryStore(context);
    const stray: IncidentEvent = { ...opened(T0), incident: 'nobody' };
    assert.throws(() => {
      store.commitIncidents([
        { incident: anIncident('i1'), events: [], deliveries: [aDelivery('d1')] },
        { incident: anIncident('i2', { subject: OTHER }), events: [stray], deliveries: [aDelivery('d2')] },
      ]);
    }, StoreError);
    assert.deepEqual(store.incidents.unresolved(), []);
    assert.deepEqual(store.outbox.list({}), []);
  });

  it('of one subject have one life at a time', (context) => {
    const store = temporaryStore(context);
    put(store, anIncident('i1'));
    assert.throws(() => {
      put(store, anIncident('i2'));
    }, StoreError);
    put(
      store,
      anIncident('i1', { state: 'resolved', resolvedAt: T0 + 60_000 }),
      anIncident('i2', { firstFailedAt: T0 + 1 }),
    );
    assert.equal(store.incidents.latestOf(anIncident('').subject)?.id, 'i2');
    assert.equal(store.incidents.latestOf(OTHER), null);
    assert.deepEqual(
      [T0 + 60_000, T0 + 60_001].map((since) => store.incidents.resolvedSince(since).length),
      [1, 0],
    );
  });

  it('are listed when they opened, newest first, by state, subject and cursor', (context) => {
    const store = temporaryStore(context);
    put(
      store,
      anIncident('old', { state: 'resolved', resolvedAt: T0 + 9 }),
      anIncident('open', { firstFailedAt: T0 + 10 }),
      anIncident('pending', { state: 'pending', openedAt: null, subject: OTHER, firstFailedAt: T0 + 20 }),
    );
    const ids = (filter: Parameters<Store['incidents']['list']>[0]): readonly string[] =>
      store.incidents.list(filter).map((incident) => incident.id);
    assert.deepEqual(ids({}), ['open', 'old']);
    assert.deepEqual(ids({ before: T0 + 10 }), ['old']);
    assert.deepEqual(ids({ limit: 1 }), ['open']);
    assert.deepEqual(ids({ state: 'pending' }), ['pending']);
    assert.deepEqual(ids({ subject: OTHER }), []);
    assert.deepEqual(
      store.incidents.unresolved().map((incident) => incident.id),
      ['open', 'pending'],
    );
  });
});

describe('silences', () => {
  const silence: Silence = {
    id: 's1',
    matcher: { tenant: '999*', labels: { tier: 'free' } },
    author: 'me',
    reason: 'maintenance',
    createdAt: T0,
    startsAt: T0 + 10,
    endsAt: T0 + 100,
    untilDeployOf: null,
  };

  it('are in force from their start to before their end', (context) => {
    const { silences } = temporaryStore(context);
    silences.add(silence);
    assert.deepEqual(silences.get('s1'), silence);
    assert.equal(silences.get('unknown'), null);
    assert.deepEqual(
      [9, 10, 99, 100].map((step) => silences.active(T0 + step).length),
      [0, 1, 1, 0],
    );
    assert.deepEqual([silences.list(T0).length, silences.list(T0 + 100).length], [1, 0]);
    assert.equal(silences.list(T0 + 100, { ended: true }).length, 1);
  });

  it('end early, once', (context) => {
    const { silences } = temporaryStore(context);
    silences.add(silence);
    assert.deepEqual(
      [silences.end('s1', T0 + 50), silences.end('s1', T0 + 60), silences.end('unknown', T0)],
      [true, false, false],
    );
    assert.equal(silences.get('s1')?.endsAt, T0 + 50);
    assert.deepEqual(silences.active(T0 + 50), []);
  });
});
