import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import type { RunCounts } from '../../src/model/history.ts';
import type { Run } from '../../src/model/run.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { VERDICTS } from '../../src/model/verdict.ts';
import { addDuration, mergeHistogram, quantile, type Histogram } from '../../src/store/histogram.ts';
import { aRun, entries, T0, temporaryStore } from './fixtures.ts';

describe('a histogram', () => {
  it('gives quantiles within 9 %, also after merging, for durations of a run', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.nat(60),
        fc.constantFrom(0.5, 0.9, 0.99),
        (durations, cut, q) => {
          const parts: readonly [Histogram, Histogram] = [
            new Map<number, number>(),
            new Map<number, number>(),
          ];
          durations.forEach((durationMs, index) => {
            addDuration(parts[index < cut ? 0 : 1], durationMs);
          });
          const merged: Histogram = new Map();
          for (const part of parts) mergeHistogram(merged, part);
          const sorted = durations.toSorted((a, b) => a - b);
          const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? 0;
          // 9 % of the bucket, and half a tenth of a millisecond of rounding.
          assert.ok(
            Math.abs(quantile(merged, q) - exact) <= exact * 0.0906 + 0.051,
            `${quantile(merged, q)} for ${exact}`,
          );
        },
      ),
    );
  });

  it('takes anything for a duration and is 0 when empty', () => {
    const histogram: Histogram = new Map();
    for (const odd of [0, -5, Number.NaN, Infinity, 1e12]) addDuration(histogram, odd);
    assert.ok(Number.isFinite(quantile(histogram, 0.99)));
    assert.equal(quantile(new Map(), 0.5), 0);
  });
});

describe('availability', () => {
  it('counts every run once, however runs and roll-ups come', (context) => {
    const store = temporaryStore(context);
    let turn = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            {
              weight: 4,
              arbitrary: fc.record({ minute: fc.nat(3 * 24 * 60), verdict: fc.constantFrom(...VERDICTS) }),
            },
            { weight: 1, arbitrary: fc.constantFrom('advance' as const, 'advance all' as const) },
          ),
          { maxLength: 40 },
        ),
        fc.nat(72),
        (steps, sinceHour) => {
          const tenant = `tenant-${(turn += 1)}`;
          const since = T0 + sinceHour * HOUR_MS;
          const expected: Record<keyof RunCounts, number> = {
            pass: 0,
            warn: 0,
            fail: 0,
            unknown: 0,
            skipped: 0,
          };
          let unique = 0;
          for (const step of steps) {
            if (step === 'advance') store.rollups.advance(T0);
            else if (step === 'advance all') store.rollups.advance(T0, { all: true });
            else {
              const at = T0 + step.minute * MINUTE_MS;
              // Every run differs, so none is taken for a repetition of another.
              store.runs.append(
                entries(aRun(tenant, at, { verdict: step.verdict, durationMs: (unique += 1) })),
              );
              if (at >= since) expected[step.verdict] += 1;
            }
          }
          const [found] = store.rollups.availability(tenant, since);
          const { pass = 0, warn = 0, fail = 0, unknown = 0, skipped = 0 } = found ?? {};
          assert.deepEqual({ pass, warn, fail, unknown, skipped }, expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is what passed of what was decided, and null when nothing was', (context) => {
    const store = temporaryStore(context);
    const verdicts = ['pass', 'warn', 'fail', 'unknown', 'skipped', 'fail'] as const;
    store.runs.append(entries(...verdicts.map((verdict, step) => aRun('a', T0 + step, { verdict }))));
    store.runs.append(entries(aRun('b', T0, { verdict: 'unknown' })));
    assert.deepEqual(
      store.rollups.availability(null, T0).map(({ tenant, ratio }) => [tenant, ratio]),
      [
        ['a', 0.5],
        ['b', null],
      ],
    );
    assert.deepEqual(store.rollups.availability('b', T0).length, 1);
    assert.deepEqual(store.rollups.availability('unknown', T0), []);
    assert.deepEqual(store.rollups.availability(null, T0 + HOUR_MS), []);
  });
});

describe('availability of a tenant that is verified more often while it fails', () => {
  const outage = (trigger: Run['trigger']) =>
    entries(
      // An hour on schedule, of which ten minutes failed; after a deploy every five seconds.
      ...Array.from({ length: 60 }, (_, minute) =>
        aRun('a', T0 + minute * MINUTE_MS, { verdict: minute < 10 ? 'fail' : 'pass' }),
      ),
      ...Array.from({ length: 120 }, (_, turn) =>
        aRun('a', T0 + turn * 5_000 + 1_000, { verdict: 'fail', trigger }),
      ),
    );

  for (const trigger of ['deploy', 'recheck', 'gate', 'manual'] as const) {
    it(`is that of the runs on schedule (${trigger})`, (context) => {
      const store = temporaryStore(context);
      store.runs.append(outage(trigger));
      const ratio = () => store.rollups.availability('a', T0)[0]?.ratio;
      assert.equal(ratio(), 50 / 60);
      while (store.rollups.advance(T0 + DAY_MS, { all: true }) > 0);
      assert.equal(ratio(), 50 / 60);
      assert.equal(store.rollups.hours('a', T0, T0 + HOUR_MS)[0]?.latency.total?.count, 60);
      store.runs.append(entries(aRun('a', T0 + 500, { verdict: 'fail', trigger })));
      assert.equal(ratio(), 50 / 60, 'nor do late ones count');
    });
  }

  it('is that of all runs where none is on schedule', (context) => {
    const store = temporaryStore(context);
    const verdicts = ['pass', 'pass', 'fail', 'pass'] as const;
    store.runs.append(
      entries(
        ...verdicts.map((verdict, hour) => aRun('a', T0 + hour * HOUR_MS, { verdict, trigger: 'gate' })),
      ),
    );
    assert.equal(store.rollups.availability('a', T0)[0]?.ratio, 0.75);
  });
});

describe('roll-ups', () => {
  it('are hours and days of UTC with quantiles by stage', (context) => {
    const store = temporaryStore(context);
    for (let hour = 22; hour < 26; hour += 1)
      for (let minute = 0; minute < 60; minute += 10)
        store.runs.append(
          entries(aRun('a', T0 + hour * HOUR_MS + minute * MINUTE_MS, { stages: { connect: 10 + hour } })),
        );
    assert.equal(store.rollups.advance(T0 + 2 * DAY_MS), 24);
    assert.equal(store.rollups.advance(T0 + 2 * DAY_MS), 0);
    const hours = store.rollups.hours('a', T0, T0 + 2 * DAY_MS);
    assert.deepEqual(
      hours.map((hour) => [(hour.at - T0) / HOUR_MS, hour.pass]),
      [
        [22, 6],
        [23, 6],
        [24, 6],
        [25, 6],
      ],
    );
    assert.deepEqual(Object.keys(hours[0]?.latency ?? {}), ['connect', 'total']);
    const days = store.rollups.days('a', T0, T0 + 2 * DAY_MS);
    assert.deepEqual(
      days.map((day) => [(day.at - T0) / DAY_MS, day.pass, day.latency.connect?.count]),
      [
        [0, 12, 12],
        [1, 12, 12],
      ],
    );
    const connect = days[0]?.latency.connect?.p99 ?? 0;
    assert.ok(Math.abs(connect - 33) < 33 * 0.091, `${connect}`);
    assert.deepEqual(store.rollups.hours('unknown', 0, Infinity), []);
  });

  it('wait until they are worth a write, and take the rest of a tenant that went quiet', (context) => {
    const store = temporaryStore(context);
    store.runs.append(entries(aRun('a', T0)));
    assert.equal(store.rollups.advance(T0), 1);
    store.runs.append(entries(aRun('a', T0 + MINUTE_MS)));
    assert.equal(store.rollups.advance(T0 + MINUTE_MS), 0);
    assert.equal(store.rollups.advance(T0 + 7 * MINUTE_MS), 1);
  });

  it('take a bounded number of runs at a time', (context) => {
    const store = temporaryStore(context);
    for (const tenant of ['a', 'b'])
      store.runs.append(
        entries(...Array.from({ length: 1_500 }, (_, step) => aRun(tenant, T0 + step * 1_000))),
      );
    assert.deepEqual(
      [1, 2, 3].map(() => store.rollups.advance(T0 + DAY_MS)),
      [2_000, 1_000, 0],
    );
    assert.deepEqual(
      store.rollups.availability(null, T0).map((sum) => sum.pass),
      [1_500, 1_500],
    );
  });
});
