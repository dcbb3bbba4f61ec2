import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRunWriter, StoreError, type RunEntry, type RunTable } from '../../src/store/index.ts';
import { aResult, aRun, entries, recordingLogger, T0, temporaryStore, type LogLine } from './fixtures.ts';

/** A clock whose sleeps end when the test says so. */
function manualClock() {
  let wake: (() => void)[] = [];
  const asked: number[] = [];
  return {
    asked,
    sleep: (durationMs: number, signal?: AbortSignal): Promise<void> => {
      asked.push(durationMs);
      return new Promise((resolve, reject) => {
        wake.push(resolve);
        signal?.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    },
    pass: async (): Promise<void> => {
      const due = wake;
      wake = [];
      for (const resolve of due) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** A real table behind a door that can be shut with an error. */
function withDoor(runs: RunTable) {
  const door: { error: Error | null } = { error: null };
  const append = (batch: readonly RunEntry[]): void => {
    if (door.error !== null) throw door.error;
    runs.append(batch);
  };
  return { door, runs: { append } };
}

const levels = (lines: readonly LogLine[]): readonly string[] =>
  lines.map((line) => `${line.level} ${line.message}`);
const FULL = new StoreError('disk-full', '/x', 'no space left');

describe('the run writer', () => {
  it('gathers runs and writes them together', async (context) => {
    const store = temporaryStore(context);
    const clock = manualClock();
    const writer = createRunWriter({ runs: store.runs, clock, logger: recordingLogger(), gatherMs: 500 });
    for (const entry of entries(aRun('a', T0), aRun('b', T0))) writer.add(entry);
    assert.deepEqual([writer.state().waiting, clock.asked], [2, [500]]);
    await clock.pass();
    assert.equal(writer.state().waiting, 0);
    assert.deepEqual(store.runs.tenants(), ['a', 'b']);
  });

  it('keeps runs while the database is away and writes them when it is back, by itself', async (context) => {
    const store = temporaryStore(context);
    const { door, runs } = withDoor(store.runs);
    const clock = manualClock();
    const logger = recordingLogger();
    const writer = createRunWriter({ runs, clock, logger, gatherMs: 500, retryMs: 2_000 });
    door.error = FULL;
    writer.add({ run: aRun('a', T0), evidence: null });
    await clock.pass();
    await clock.pass();
    assert.deepEqual([writer.state().waiting, writer.state().trouble?.code], [1, 'disk-full']);
    assert.deepEqual(clock.asked, [500, 2_000, 2_000]);
    door.error = null;
    await clock.pass();
    assert.deepEqual(writer.state(), { waiting: 0, dropped: 0, trouble: null });
    assert.equal(store.runs.latestOf('a')?.at, T0);
    assert.deepEqual(levels(logger.lines), [
      'error the database takes no runs',
      'info the database takes runs again',
    ]);
  });

  it('drops the oldest and counts them when it has kept all it may', (context) => {
    const store = temporaryStore(context);
    const { door, runs } = withDoor(store.runs);
    const logger = recordingLogger();
    const writer = createRunWriter({ runs, clock: manualClock(), logger, maxWaiting: 100 });
    door.error = FULL;
    assert.equal(writer.flush(), true);
    for (let step = 0; step < 1_000; step += 1) {
      writer.add({ run: aRun('a', T0 + step), evidence: null });
      if (step === 10) assert.equal(writer.flush(), false);
    }
    const { waiting, dropped } = writer.state();
    assert.equal(waiting + dropped, 1_000);
    assert.ok(waiting <= 100 && waiting >= 90);
    door.error = null;
    assert.equal(writer.flush(), true);
    const kept = store.runs.between('a', 0, Infinity, 1_000);
    assert.deepEqual([kept.length, kept[0]?.at], [waiting, T0 + 999]);
  });

  it('keeps the first evidence of a long trouble and every run', (context) => {
    const store = temporaryStore(context);
    const { door, runs } = withDoor(store.runs);
    const writer = createRunWriter({ runs, clock: manualClock(), logger: recordingLogger() });
    door.error = FULL;
    // Each of another tenant: the same failure of one is thinned out anyway.
    for (let tenant = 0; tenant < 2_100; tenant += 1)
      writer.add({
        run: aRun(`t${tenant}`, T0 + tenant, { verdict: 'fail' }),
        evidence: aResult(`t${tenant}`),
      });
    door.error = null;
    assert.equal(writer.flush(), true);
    assert.equal(store.runs.latest().size, 2_100);
    assert.deepEqual(
      [0, 1_999, 2_000].map((tenant) => store.evidence.at(`t${tenant}`, T0 + 9_999)?.at),
      [T0, T0 + 1_999, undefined],
    );
    writer.add({ run: aRun('later', T0, { verdict: 'fail' }), evidence: aResult('later') });
    writer.flush();
    assert.equal(store.evidence.at('later', T0)?.at, T0);
  });

  it('is not held up by a run that cannot be written', (context) => {
    const store = temporaryStore(context);
    const logger = recordingLogger();
    const writer = createRunWriter({ runs: store.runs, clock: manualClock(), logger });
    const broken = { ...aRun('broken', T0), stages: { connect: Symbol('no number') } };
    writer.add({ run: aRun('a', T0), evidence: null });
    writer.add({ run: broken as unknown as ReturnType<typeof aRun>, evidence: null });
    writer.add({ run: aRun('b', T0), evidence: null });
    assert.equal(writer.flush(), true);
    assert.deepEqual(store.runs.tenants(), ['a', 'b']);
    assert.equal(writer.state().dropped, 1);
    assert.deepEqual(levels(logger.lines), ['error a run could not be written']);
  });

  it('writes what waits when it is closed, and says how much it could not', (context) => {
    const store = temporaryStore(context);
    const { door, runs } = withDoor(store.runs);
    const options = { runs, clock: manualClock(), logger: recordingLogger() };
    const first = createRunWriter(options);
    first.add({ run: aRun('a', T0), evidence: null });
    assert.equal(first.close(), 0);
    assert.equal(store.runs.latestOf('a')?.at, T0);
    const second = createRunWriter(options);
    door.error = FULL;
    second.add({ run: aRun('a', T0 + 1), evidence: null });
    assert.equal(second.close(), 1);
  });
});
