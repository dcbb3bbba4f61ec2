import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import { CHECK_IDS, JUDGED_REASONS } from '../../src/model/check.ts';
import { PROBLEM_CODES } from '../../src/model/problem.ts';
import type { Run } from '../../src/model/run.ts';
import { STAGES } from '../../src/model/stages.ts';
import { TRIGGERS, VERDICTS } from '../../src/model/verdict.ts';
import { openStore } from '../../src/store/index.ts';
import { aResult, aRun, entries, recordingLogger, T0, temporaryStore } from './fixtures.ts';

const tenths = fc.nat(100_000_000).map((value) => value / 10);
const check = fc.record(
  {
    check: fc.constantFrom(...CHECK_IDS),
    verdict: fc.constantFrom(...VERDICTS),
    reason: fc.option(
      fc.oneof(
        fc.constantFrom(...JUDGED_REASONS),
        fc.constantFrom(...PROBLEM_CODES).map((code) => `explained-by:${code}` as const),
        fc.constantFrom('eof-during-handshake' as const, 'needs-inventory' as const),
      ),
    ),
  },
  { noNullPrototype: true },
);
const stages = fc.record(Object.fromEntries(STAGES.map((stage) => [stage, tenths])), {
  requiredKeys: [],
  noNullPrototype: true,
});
const run: fc.Arbitrary<Run> = fc.record(
  {
    tenant: fc.constantFrom('999bc6549a64', 'b', 'tenant with spaces', 'ü'),
    at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    durationMs: tenths,
    trigger: fc.constantFrom(...TRIGGERS),
    verdict: fc.constantFrom(...VERDICTS),
    code: fc.option(fc.constantFrom(...PROBLEM_CODES)),
    notPassed: fc.array(check, { maxLength: 9 }),
    stages,
  },
  { noNullPrototype: true },
);

describe('runs', () => {
  it('come back as they were written, whatever they say', (context) => {
    const store = temporaryStore(context);
    let moment = T0;
    fc.assert(
      fc.property(run, (written) => {
        // Each at its own time: what happens at the same time is told below.
        const only = { ...written, at: (moment += 1) };
        store.runs.append(entries(only));
        assert.deepEqual(store.runs.between(only.tenant, only.at, only.at + 1, 10), [only]);
        assert.deepEqual(store.runs.latestOf(only.tenant), only);
      }),
      { numRuns: 300 },
    );
  });

  it('come back the same from a file whose numbers were given in another order', (context) => {
    const first = temporaryStore(context);
    const second = temporaryStore(context);
    const all = fc
      .sample(run, { numRuns: 60, seed: 7 })
      .map((one, index) => ({ ...one, tenant: 'a', at: T0 + index }));
    first.runs.append(entries(...all));
    for (const one of all.toReversed()) second.runs.append(entries(one));
    assert.deepEqual(first.runs.between('a', 0, Infinity, 100), all.toReversed());
    assert.deepEqual(second.runs.between('a', 0, Infinity, 100), all.toReversed());
  });

  it('are read by a process that opened the file before their names had numbers', (context) => {
    const daemon = temporaryStore(context);
    const reader = openStore({
      path: daemon.path,
      readOnly: true,
      clock: { now: () => T0 },
      logger: recordingLogger(),
    });
    context.after(() => {
      reader.close();
    });
    daemon.runs.append(entries(aRun('a', T0)));
    assert.equal(reader.runs.latestOf('a')?.verdict, 'pass');
    const failed = aRun('a', T0 + 1, { verdict: 'fail', code: 'site-error' });
    daemon.runs.append(entries(failed));
    assert.deepEqual(reader.runs.latestOf('a'), failed);
  });

  it('of two processes share the numbers of their file', (context) => {
    const one = temporaryStore(context);
    const other = openStore({ path: one.path, clock: { now: () => T0 }, logger: recordingLogger() });
    context.after(() => {
      other.close();
    });
    const failed = aRun('a', T0 + 1, { verdict: 'fail', code: 'site-error' });
    const warned = aRun('b', T0 + 2, { verdict: 'warn', code: 'direct-unreachable', trigger: 'gate' });
    one.runs.append(entries(aRun('a', T0)));
    other.runs.append(entries(warned));
    one.runs.append(entries(failed));
    for (const store of [one, other])
      assert.deepEqual([store.runs.latestOf('a'), store.runs.latestOf('b')], [failed, warned]);
  });

  it('are listed newest first, from since to before until, at most as many as asked for', (context) => {
    const store = temporaryStore(context);
    store.runs.append(entries(...[1, 2, 3, 4, 5].map((step) => aRun('a', T0 + step)), aRun('b', T0 + 3)));
    const times = (since: number, until: number, limit: number): number[] =>
      store.runs.between('a', T0 + since, T0 + until, limit).map((found) => found.at - T0);
    assert.deepEqual(times(2, 5, 10), [4, 3, 2]);
    assert.deepEqual(times(0, 9, 2), [5, 4]);
    assert.deepEqual(store.runs.between('unknown', 0, Infinity, 10), []);
    assert.deepEqual(store.runs.tenants(), ['a', 'b']);
  });

  it('know the newest one of each tenant, also when an older one comes later', (context) => {
    const store = temporaryStore(context);
    store.runs.append(entries(aRun('b', T0 + 1), aRun('a', T0 + 9), aRun('a', T0 + 5)));
    store.runs.append(entries(aRun('a', T0 + 7)));
    assert.deepEqual(
      [...store.runs.latest()].map(([tenant, newest]) => [tenant, newest.at - T0]),
      [
        ['b', 1],
        ['a', 9],
      ],
    );
  });

  it('that are written again are there once; another one of the same millisecond is moved by one', (context) => {
    const store = temporaryStore(context);
    const failed = aRun('a', T0, { verdict: 'fail', code: 'site-error' });
    store.runs.append(entries(aRun('a', T0), failed));
    store.runs.append(entries(aRun('a', T0), failed));
    assert.deepEqual(store.runs.between('a', 0, Infinity, 10), [{ ...failed, at: T0 + 1 }, aRun('a', T0)]);
    assert.equal(store.rollups.availability('a', T0)[0]?.pass, 1);
  });

  it('find the last one with a verdict', (context) => {
    const store = temporaryStore(context);
    const verdicts = ['pass', 'warn', 'fail', 'unknown', 'fail'] as const;
    store.runs.append(entries(...verdicts.map((verdict, step) => aRun('a', T0 + step, { verdict }))));
    assert.equal(store.runs.lastWith('a', ['pass', 'warn'], T0 + 4)?.at, T0 + 1);
    assert.equal(store.runs.lastWith('a', ['fail'], T0 + 4)?.at, T0 + 2);
    assert.equal(store.runs.lastWith('a', ['skipped'], T0 + 9), null);
    assert.equal(store.runs.lastWith('unknown', ['pass'], T0 + 9), null);
  });

  it('are written all or not at all', (context) => {
    const store = temporaryStore(context);
    const broken = { ...aRun('a', T0 + 1), stages: { '\ud800': Symbol('not a number') } } as unknown as Run;
    assert.throws(() => {
      store.runs.append(entries(aRun('new', T0, { verdict: 'warn' }), broken));
    });
    assert.deepEqual(store.runs.tenants(), []);
    // What was cached inside the transaction that failed is forgotten with it.
    const good = aRun('new', T0, { verdict: 'warn' });
    store.runs.append(entries(good));
    assert.deepEqual(store.runs.latestOf('new'), good);
  });
});

describe('transitions', () => {
  it('are the runs that say something else than the one before', (context) => {
    const store = temporaryStore(context);
    const say = (step: number, verdict: Run['verdict'], code: Run['code'] = null): Run =>
      aRun('a', T0 + step, { verdict, code });
    store.runs.append(
      entries(
        say(1, 'pass'),
        say(2, 'pass'),
        say(3, 'fail', 'site-error'),
        say(4, 'fail', 'handshake-refused'),
      ),
    );
    store.runs.append(entries(say(5, 'fail', 'handshake-refused'), say(6, 'pass'), aRun('b', T0 + 2)));
    const found = store.transitions.between('a', 0, Infinity, 10);
    assert.deepEqual(
      found.map((one) => [one.at - T0, one.from?.code ?? null, one.to.verdict, one.to.code]),
      [
        [6, 'handshake-refused', 'pass', null],
        [4, 'site-error', 'fail', 'handshake-refused'],
        [3, null, 'fail', 'site-error'],
        [1, null, 'pass', null],
      ],
    );
    assert.equal(found.at(-1)?.from, null);
    assert.deepEqual(
      store.transitions.between(null, T0 + 2, T0 + 4, 10).map((one) => one.tenant),
      ['a', 'b'],
    );
    assert.deepEqual(store.transitions.between('unknown', 0, Infinity, 10), []);
  });
});

describe('evidence', () => {
  const failing = (step: number, result = aResult('a')): { run: Run; evidence: typeof result } => ({
    run: aRun('a', T0 + step, { verdict: 'fail', code: 'site-error' }),
    evidence: result,
  });

  it('is the whole result of a failed run', (context) => {
    const store = temporaryStore(context);
    store.runs.append([failing(0)]);
    assert.deepEqual(store.evidence.between('a', 0, Infinity, 10), [
      { tenant: 'a', at: T0, result: aResult('a') },
    ]);
    assert.equal(store.evidence.at('a', T0 - 1), null);
    assert.equal(store.evidence.at('a', T0 + 99)?.at, T0);
    assert.equal(store.evidence.at('unknown', T0), null);
  });

  it('of the same failure is kept every five minutes, of another one at once', (context) => {
    const store = temporaryStore(context);
    const other = aResult('a', { explainedBy: { scope: 'platform', code: 'platform-tls-outage' } });
    store.runs.append([
      failing(0),
      failing(60_000),
      failing(299_999),
      failing(300_000),
      failing(300_001, other),
    ]);
    assert.deepEqual(
      store.evidence.between('a', 0, Infinity, 10).map((record) => record.at - T0),
      [300_001, 300_000, 0],
    );
  });
});
