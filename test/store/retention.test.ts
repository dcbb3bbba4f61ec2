import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { describe, it } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { cutsForSize, type Cuts, type Oldest } from '../../src/store/size-pressure.ts';
import type { RetentionPolicy, Store, UpkeepStep } from '../../src/store/index.ts';
import {
  aClaim,
  aDelivery,
  anIncident,
  aRelease,
  aResult,
  aRun,
  entries,
  T0,
  temporaryStore,
} from './fixtures.ts';

const POLICY: RetentionPolicy = {
  keepRunsMs: 14 * DAY_MS,
  keepFailuresMs: 90 * DAY_MS,
  keepRollupsMs: 400 * DAY_MS,
  maxSizeBytes: 2_000_000_000,
};

function untilDone(store: Store, policy: RetentionPolicy, now: number): readonly UpkeepStep[] {
  const steps: UpkeepStep[] = [];
  do {
    steps.push(store.upkeep.step(policy, now));
    assert.ok(steps.length < 2_000, 'retention gets nowhere');
  } while (steps.at(-1)?.done !== true);
  return steps;
}

function rollUp(store: Store, now: number): void {
  while (store.rollups.advance(now, { all: true }) > 0);
}

describe('retention by age', () => {
  it('keeps runs until their time, and what they were in hours and days for longer', (context) => {
    const store = temporaryStore(context);
    const now = T0 + 60 * DAY_MS;
    for (const tenant of ['a', 'b'])
      store.runs.append(
        entries(...Array.from({ length: 60 * 24 }, (_, hour) => aRun(tenant, T0 + hour * HOUR_MS))),
      );
    rollUp(store, now);
    untilDone(store, POLICY, now);
    assert.equal(store.runs.between('a', 0, Infinity, 10_000).length, 14 * 24);
    assert.equal(store.runs.between('a', 0, Infinity, 10_000).at(-1)?.at, now - 14 * DAY_MS);
    assert.equal(store.rollups.hours('a', 0, Infinity).length, 35 * 24);
    assert.equal(store.rollups.days('b', 0, Infinity).length, 60);
    assert.equal(store.rollups.availability('a', T0)[0]?.pass, 60 * 24);
    // Where only days are left, the day is taken whole.
    assert.equal(store.rollups.availability('a', T0 + 5 * HOUR_MS)[0]?.pass, 60 * 24);
    untilDone(store, { ...POLICY, keepRollupsMs: 10 * DAY_MS }, now);
    assert.deepEqual(
      [store.rollups.hours('a', 0, Infinity).length, store.rollups.days('a', 0, Infinity).length],
      [240, 10],
    );
  });

  it('takes no run away that is not counted yet', (context) => {
    const store = temporaryStore(context);
    store.runs.append(entries(aRun('a', T0)));
    untilDone(store, POLICY, T0 + 100 * DAY_MS);
    assert.equal(store.runs.between('a', 0, Infinity, 10).length, 1);
    rollUp(store, T0 + 100 * DAY_MS);
    untilDone(store, POLICY, T0 + 100 * DAY_MS);
    assert.equal(store.runs.between('a', 0, Infinity, 10).length, 0);
    assert.equal(store.runs.latestOf('a')?.at, T0);
  });

  it('does it in bounded steps', (context) => {
    const store = temporaryStore(context);
    store.runs.append(entries(...Array.from({ length: 5_000 }, (_, step) => aRun('a', T0 + step))));
    rollUp(store, T0 + DAY_MS);
    const steps = untilDone(store, POLICY, T0 + 30 * DAY_MS);
    assert.ok(steps.every((step) => step.removedRows <= 1_000));
    assert.equal(
      steps.reduce((sum, step) => sum + step.removedRows, 0),
      5_000,
    );
  });

  it('forgets what is over, and nothing that is owed, alive or current', (context) => {
    const store = temporaryStore(context);
    const failed = aRun('a', T0, { verdict: 'fail', code: 'site-error' });
    store.runs.append([{ run: failed, evidence: aResult('a') }]);
    store.deploys.record('sp-a', aRelease(1, T0), T0);
    store.deploys.record('sp-a', aRelease(2, T0 + 1), T0 + 1);
    store.claims.sweep([aClaim('gone.example.test', 'sp-a'), aClaim('there.example.test', 'sp-a')], T0);
    store.claims.sweep([aClaim('there.example.test', 'sp-a')], T0 + 1);
    const resolved = { state: 'resolved', resolvedAt: T0 } as const;
    const subject = (name: string): { subject: { scope: 'tenant'; name: string } } => ({
      subject: { scope: 'tenant', name },
    });
    store.commitIncidents(
      [
        anIncident('open'),
        anIncident('over', { ...resolved, ...subject('x') }),
        anIncident('over-and-owed', { ...resolved, ...subject('y') }),
        anIncident('blip', { ...resolved, ...subject('z'), openedAt: null }),
      ].map((incident) => ({
        incident,
        events: [],
        deliveries: incident.id === 'blip' ? [] : [aDelivery(incident.id, { group: incident.id })],
      })),
    );
    store.outbox.add([aDelivery('given-up', { group: 'over' })]);
    store.outbox.dead('given-up', T0, 'refused');
    for (const id of ['open', 'over']) store.outbox.sent(id, T0, 'handle');
    store.audit.add({ at: T0, actor: 'me', action: 'x', subject: 'y', outcome: 'done', detail: {} });

    untilDone(store, POLICY, T0 + 15 * DAY_MS);
    assert.deepEqual(
      ['over', 'blip'].map((id) => store.incidents.get(id)?.id),
      ['over', undefined],
    );
    untilDone(store, POLICY, T0 + 91 * DAY_MS);
    // What was given up before that which was sent would be sent again after it.
    assert.deepEqual(
      store.outbox.list({}).map((delivery) => delivery.id),
      ['over-and-owed', 'open'],
    );
    untilDone(store, POLICY, T0 + 500 * DAY_MS);

    assert.equal(store.evidence.at('a', T0), null);
    assert.deepEqual(store.transitions.between('a', 0, Infinity, 9), []);
    assert.deepEqual(
      store.deploys.between('sp-a', 0, Infinity, 9).map((deploy) => deploy.release.version),
      [2],
    );
    assert.deepEqual(
      store.claims.history({ limit: 9 }).map((record) => record.claim.hostname),
      ['there.example.test'],
    );
    assert.deepEqual(
      ['open', 'over', 'over-and-owed'].map((id) => store.incidents.get(id)?.id),
      ['open', undefined, 'over-and-owed'],
    );
    assert.deepEqual(
      store.outbox.list({}).map((delivery) => delivery.id),
      ['over-and-owed', 'open'],
    );
    assert.deepEqual(
      ['open', 'over'].map((id) => store.outbox.handle('slack', id)),
      ['handle', null],
    );
    assert.equal(store.audit.list({}).length, 1);
  });
});

describe('retention by size', () => {
  it('wins over the times, gives the space back, and leaves the file whole', (context) => {
    const store = temporaryStore(context);
    const maxSizeBytes = 2_000_000;
    const now = T0 + 10 * DAY_MS;
    for (let tenant = 0; tenant < 10; tenant += 1)
      store.runs.append(
        entries(
          ...Array.from({ length: 10 * 1_440 }, (_, minute) => aRun(`t${tenant}`, T0 + minute * MINUTE_MS)),
        ),
      );
    rollUp(store, now);
    store.upkeep.checkpoint();
    assert.ok(store.bytes() > 2 * maxSizeBytes);
    const steps = untilDone(store, { ...POLICY, maxSizeBytes }, now);
    store.upkeep.checkpoint();
    assert.ok(store.bytes() <= maxSizeBytes, `${store.bytes()}`);
    assert.ok(steps.every((step) => step.removedRows <= 1_000 && step.freedPages <= 256));
    const left = store.runs.between('t3', 0, Infinity, 100_000);
    assert.ok(left.length >= 1_440 && left.length < 10 * 1_440, `${left.length}`);
    assert.equal(left[0]?.at, now - MINUTE_MS);
    // The months before are still known.
    assert.equal(store.rollups.availability('t3', T0)[0]?.pass, 10 * 1_440);
    const check = new Database(store.path, { readonly: true });
    assert.equal(check.pragma('integrity_check', { simple: true }), 'ok');
    check.close();
  });

  const now = 1_000 * DAY_MS;
  const byAge: Cuts = {
    runs: now - 14 * DAY_MS,
    evidence: now - 90 * DAY_MS,
    hourly: now - 35 * DAY_MS,
    daily: now - 400 * DAY_MS,
  };
  const full: Oldest = byAge;

  it('changes nothing below the limit', () => {
    assert.equal(cutsForSize(byAge, full, 950, 1_000, now), byAge);
  });

  it('takes runs first, as far as the excess asks for', () => {
    const cuts = cutsForSize(byAge, full, 1_000, 1_000, now);
    assert.deepEqual(cuts, { ...byAge, runs: Math.ceil(now - 14 * DAY_MS * 0.9) });
    assert.equal(cutsForSize(byAge, full, 1e9, 1_000, now).runs, now - 7 * DAY_MS);
  });

  it('takes the next kind when one is down to its last', () => {
    const day = { ...full, runs: now - DAY_MS };
    assert.ok(cutsForSize(byAge, day, 2_000, 1_000, now).evidence > byAge.evidence);
    const week = { ...day, evidence: now - DAY_MS };
    assert.ok(cutsForSize(byAge, week, 2_000, 1_000, now).hourly > byAge.hourly);
    const least: Oldest = { runs: now - MINUTE_MS, evidence: null, hourly: null, daily: now - 31 * DAY_MS };
    assert.equal(cutsForSize(byAge, least, 2_000, 1_000, now), byAge);
  });
});
