import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { describe, it } from 'node:test';
import type { PlatformResult } from '../../src/model/diagnosis.ts';
import { openStore } from '../../src/store/index.ts';
import { aClaim, aRelease, aResult, aVerifyResult, recordingLogger, T0, temporaryStore } from './fixtures.ts';

describe('deploys', () => {
  it('are new once, kept up to date, and found by app and time', (context) => {
    const { deploys } = temporaryStore(context);
    assert.equal(deploys.record('sp-a', aRelease(1, T0), T0 + 30), true);
    assert.equal(deploys.record('sp-a', { ...aRelease(1, T0), status: 'failed' }, T0 + 60), false);
    assert.equal(deploys.record('sp-a', aRelease(2, T0 + 100), T0 + 130), true);
    assert.equal(deploys.record('sp-b', aRelease(1, T0 + 50), T0 + 60), true);
    assert.deepEqual(deploys.between('sp-a', T0, T0 + 100, 10), [
      { app: 'sp-a', release: { ...aRelease(1, T0), status: 'failed' }, firstSeenAt: T0 + 30 },
    ]);
    assert.deepEqual(
      deploys.between(null, T0, T0 + 1_000, 10).map((deploy) => `${deploy.app} v${deploy.release.version}`),
      ['sp-a v2', 'sp-b v1', 'sp-a v1'],
    );
    assert.deepEqual(
      [...deploys.current()].map(([app, deploy]) => [app, deploy.release.version]),
      [
        ['sp-a', 2],
        ['sp-b', 1],
      ],
    );
  });
});

describe('the current deploys', () => {
  it('follow what this process and others record', (context) => {
    const one = temporaryStore(context);
    const other = openStore({ path: one.path, clock: { now: () => T0 }, logger: recordingLogger() });
    context.after(() => {
      other.close();
    });
    const current = (): readonly (number | undefined)[] =>
      [one, other].map((store) => store.deploys.current().get('sp-a')?.release.version);
    assert.deepEqual(current(), [undefined, undefined]);
    one.deploys.record('sp-a', aRelease(1, T0), T0);
    assert.deepEqual(current(), [1, 1]);
    other.deploys.record('sp-a', aRelease(2, T0 + 1), T0);
    assert.deepEqual(current(), [2, 2]);
    one.deploys.record('sp-a', aRelease(0, T0 - 1), T0);
    assert.deepEqual(current(), [2, 2]);
  });
});

describe('claims', () => {
  it('appear, change, go, and come back as a new life', (context) => {
    const { claims } = temporaryStore(context);
    const a = aClaim('a.example.test', 'sp-a');
    const b = aClaim('b.example.test', 'sp-b');
    assert.deepEqual(claims.sweep([a, b, a], T0), { appeared: [a, b], gone: [] });
    const renewed = { ...a, status: 'Renewed', notes: ['from Fly'] };
    assert.deepEqual(claims.sweep([renewed, b], T0 + 30), { appeared: [], gone: [] });
    assert.deepEqual(claims.sweep([b], T0 + 60), { appeared: [], gone: [renewed] });
    assert.deepEqual(claims.sweep([b, a], T0 + 90), { appeared: [a], gone: [] });
    assert.deepEqual(claims.history({ hostname: 'a.example.test', limit: 10 }), [
      { claim: a, firstSeenAt: T0 + 90, lastSeenAt: T0 + 90, goneAt: null },
      { claim: renewed, firstSeenAt: T0, lastSeenAt: T0 + 30, goneAt: T0 + 60 },
    ]);
    assert.deepEqual(
      claims
        .current()
        .map((record) => [record.claim.hostname, record.firstSeenAt - T0, record.lastSeenAt - T0]),
      [
        ['a.example.test', 90, 90],
        ['b.example.test', 0, 90],
      ],
    );
    assert.equal(claims.history({ app: 'sp-b', limit: 10 }).length, 1);
    assert.equal(claims.history({ app: 'sp-b', hostname: 'a.example.test', limit: 10 }).length, 0);
    assert.equal(claims.history({ limit: 2 }).length, 2);
  });

  it('of an app that could not be read stay, were last seen before, and are seen again or gone when it is read', (context) => {
    const { claims } = temporaryStore(context);
    const a = aClaim('a.example.test', 'sp-a');
    const b = aClaim('b.example.test', 'sp-b');
    const lives = () =>
      claims.current().map(({ claim, lastSeenAt }) => [claim.app, lastSeenAt - T0] as const);
    claims.sweep([a, b], T0);
    for (const at of [T0 + 30, T0 + 60])
      assert.deepEqual(claims.sweep([a], at, new Set(['sp-b'])), { appeared: [], gone: [] });
    assert.deepEqual(lives(), [
      ['sp-a', 60],
      ['sp-b', 0],
    ]);
    assert.deepEqual(claims.sweep([a, b], T0 + 90), { appeared: [], gone: [] });
    assert.deepEqual(lives(), [
      ['sp-a', 90],
      ['sp-b', 90],
    ]);
    claims.sweep([a], T0 + 120, new Set(['sp-b']));
    assert.deepEqual(claims.sweep([a], T0 + 150).gone, [b]);
    assert.equal(claims.history({ app: 'sp-b', limit: 1 })[0]?.lastSeenAt, T0 + 90);
  });

  it('of one hostname at two apps are two claims', (context) => {
    const { claims } = temporaryStore(context);
    claims.sweep([aClaim('a.example.test', 'sp-a'), aClaim('a.example.test', 'sp-b')], T0);
    assert.deepEqual(
      claims.current().map((record) => record.claim.app),
      ['sp-a', 'sp-b'],
    );
  });
});

describe('states of platform and monitor', () => {
  const good: PlatformResult = { checks: [], diagnosis: null, alsoFound: [] };
  const bad: PlatformResult = {
    ...good,
    checks: [
      {
        id: 'control-handshake',
        verdict: 'fail',
        reason: 'eof-during-handshake',
        summary: 'both labels',
        evidence: {},
        durationMs: 9,
      },
    ],
  };

  it('are kept when they change and grow while they do not', (context) => {
    const { scopes } = temporaryStore(context);
    const record = (at: number, result: PlatformResult): boolean =>
      scopes.record({ scope: 'platform', at: T0 + at, result });
    assert.deepEqual(
      [record(0, good), record(10, good), record(20, bad), record(30, bad), record(40, good)],
      [true, false, true, false, true],
    );
    assert.deepEqual(
      scopes
        .between('platform', T0 + 10, T0 + 40, 10)
        .map((state) => [state.at - T0, state.until - T0, state.verdict]),
      [
        [20, 30, 'fail'],
        [0, 10, 'skipped'],
      ],
    );
    assert.deepEqual(scopes.between('platform', T0 + 25, T0 + 26, 10)[0]?.result, bad);
    assert.equal(scopes.latest('platform')?.at, T0 + 40);
    assert.equal(scopes.latest('monitor'), null);
  });

  it('do not end before they begin when the clock is set back', (context) => {
    const { scopes } = temporaryStore(context);
    scopes.record({ scope: 'platform', at: T0, result: good });
    scopes.record({ scope: 'platform', at: T0 - 5_000, result: bad });
    scopes.record({ scope: 'platform', at: T0 - 4_000, result: good });
    const states = scopes.between('platform', 0, Infinity, 10);
    assert.deepEqual(
      states.map((state) => state.verdict),
      ['skipped', 'fail', 'skipped'],
    );
    assert.ok(states.every((state) => state.until >= state.at));
  });
});

describe('small things over a restart', () => {
  it('are due times by loop and tenant', (context) => {
    const { dueTimes } = temporaryStore(context);
    dueTimes.save('edge', [
      { tenant: 'a', dueAt: 1 },
      { tenant: null, dueAt: 2 },
    ]);
    dueTimes.save('edge', [{ tenant: 'a', dueAt: 3 }]);
    dueTimes.save('inventory', [{ tenant: null, dueAt: 4 }]);
    assert.deepEqual(dueTimes.load('edge'), [
      { tenant: null, dueAt: 2 },
      { tenant: 'a', dueAt: 3 },
    ]);
    dueTimes.remove('edge', ['a', null]);
    assert.deepEqual(dueTimes.load('edge'), []);
    assert.deepEqual(dueTimes.load('inventory'), [{ tenant: null, dueAt: 4 }]);
  });

  it('are JSON values under a name', (context) => {
    const { smallState } = temporaryStore(context);
    assert.equal(smallState.get('x'), undefined);
    for (const value of [null, 0, '', [1, { a: 'ü' }]]) {
      smallState.set('x', value);
      assert.deepEqual(smallState.get('x'), value);
    }
    smallState.remove('x');
    assert.equal(smallState.get('x'), undefined);
  });

  it('are audit entries that nobody can change', (context) => {
    const store = temporaryStore(context);
    const entry = {
      at: T0,
      actor: 'me',
      action: 'fix.remove',
      subject: 'a',
      outcome: 'started',
      detail: { n: 1 },
    } as const;
    const first = store.audit.add(entry);
    const second = store.audit.add({ ...entry, outcome: 'done', action: 'fix.add', subject: 'b' });
    assert.deepEqual(
      store.audit.list({}).map((record) => record.id),
      [second, first],
    );
    assert.deepEqual(store.audit.list({ subject: 'a' }), [{ id: first, ...entry }]);
    assert.deepEqual(store.audit.list({ action: 'fix.add', beforeId: second }), []);
    assert.deepEqual(store.audit.list({ limit: 1 }).length, 1);
    const anyone = new Database(store.path);
    for (const change of [
      "UPDATE audit SET actor = 'x'",
      'DELETE FROM audit',
      'INSERT OR REPLACE INTO audit SELECT * FROM audit',
    ])
      assert.throws(() => anyone.exec(change), /append-only/);
    anyone.close();
    assert.equal(store.audit.list({}).length, 2);
  });
});

describe('a kept verification', () => {
  it('is the document, a run for each tenant, and the evidence of failures', (context) => {
    const store = temporaryStore(context);
    const passed = aResult('b', { verdict: 'pass', checks: [] });
    const document = aVerifyResult(T0, [aResult('a'), passed]);
    store.saveResult(document, { trigger: 'gate', stages: new Map([['b', { connect: 4 }]]) });
    store.saveResult(aVerifyResult(T0 + 1_000, []), { trigger: 'gate' });
    assert.deepEqual(store.results.list(5), [aVerifyResult(T0 + 1_000, []), document]);
    assert.equal(store.results.latest()?.tenants.length, 0);
    assert.deepEqual(store.runs.latestOf('a')?.notPassed, [
      { check: 'tls-handshake', verdict: 'fail', reason: 'eof-during-handshake' },
    ]);
    assert.deepEqual(store.runs.latestOf('b')?.stages, { connect: 4 });
    assert.deepEqual(store.evidence.at('a', T0)?.result, aResult('a'));
    assert.equal(store.evidence.at('b', T0), null);
    assert.equal(store.scopes.latest('platform')?.at, T0);
  });
});
