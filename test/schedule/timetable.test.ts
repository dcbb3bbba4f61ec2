import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nextOnGrid, phaseOf, untilPhase } from '../../src/schedule/phase.ts';
import { stretchInterval } from '../../src/schedule/stretch.ts';
import { createTimetable } from '../../src/schedule/timetable.ts';

const MINUTE = 60_000;
const ids = Array.from({ length: 1000 }, (_, index) => (index * 7_919).toString(16).padStart(12, '0'));

describe('the phase of a tenant', () => {
  it('is the same after every restart and lies within the interval', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 86_400_000 }), (tenant, interval) => {
        const phase = phaseOf(tenant, interval);
        assert.equal(phaseOf(tenant, interval), phase);
        assert.ok(phase >= 0 && phase < interval);
      }),
    );
  });

  it('spreads a thousand tenants: no second of a minute has more than three times its share', () => {
    const seconds = new Map<number, number>();
    for (const id of ids) {
      const second = Math.floor(phaseOf(id, MINUTE) / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    assert.ok(Math.max(...seconds.values()) <= 50, JSON.stringify([...seconds.values()]));
  });

  it('comes round within one interval, whatever the clock says', () => {
    fc.assert(
      fc.property(fc.nat(MINUTE - 1), fc.integer({ min: -1e13, max: 1e13 }), (phase, now) => {
        const wait = untilPhase(phase, MINUTE, now);
        assert.ok(wait >= 0 && wait < MINUTE);
        assert.equal((((now + wait) % MINUTE) + MINUTE) % MINUTE, phase);
      }),
    );
  });

  it('stays on its grid after missed slots', () => {
    const rows = [
      { due: 1000, now: 999, next: 1000 },
      { due: 1000, now: 1000, next: 61_000 },
      { due: 1000, now: 60_999, next: 61_000 },
      { due: 1000, now: 61_000, next: 121_000 },
      { due: 1000, now: 200_000, next: 241_000 },
    ];
    for (const { due, now, next } of rows) assert.equal(nextOnGrid(due, MINUTE, now), next);
  });
});

/** Ticks once a second from `from` to `to` on the monotonic clock and counts what was taken. */
function run(timetable: ReturnType<typeof createTimetable>, from: number, to: number): Map<string, number[]> {
  const taken = new Map<string, number[]>();
  for (let at = from; at <= to; at += 1000) {
    for (const tenant of timetable.take(at).tenants) taken.set(tenant, [...(taken.get(tenant) ?? []), at]);
  }
  return taken;
}

describe('the timetable', () => {
  it('takes every tenant exactly once in each interval', () => {
    const timetable = createTimetable();
    timetable.set(ids, MINUTE, 1_700_000_000_000, 0);
    const taken = run(timetable, 1000, 3 * MINUTE);
    assert.equal(taken.size, ids.length);
    for (const times of taken.values()) {
      assert.ok(times.length === 3, String(times));
      for (const [index, at] of times.entries()) {
        if (index > 0) assert.equal(at - (times[index - 1] ?? 0), MINUTE);
      }
    }
  });

  it('drops what is too late after a suspension of an hour, without a burst, and serves all within one interval', () => {
    const timetable = createTimetable();
    timetable.set(ids, MINUTE, 1_700_000_000_000, 0);
    run(timetable, 1000, MINUTE);
    const resumed = MINUTE + 3_600_000 + 500;
    const first = timetable.take(resumed);
    assert.ok(first.tenants.length < ids.length * 0.3, `burst of ${String(first.tenants.length)}`);
    assert.ok(first.dropped > 0);
    const later = run(timetable, resumed + 1000, resumed + MINUTE + 1000);
    for (const id of ids) assert.ok(later.has(id) || first.tenants.includes(id), id);
  });

  it('runs a slot a little late after a stall of the event loop', () => {
    const timetable = createTimetable();
    timetable.set(['a'], MINUTE, 0, 0);
    const due = untilPhase(phaseOf('a', MINUTE), MINUTE, 0);
    assert.deepEqual(timetable.take(due + 14_000), { tenants: ['a'], dropped: 0, lateMs: 14_000 });
    assert.deepEqual(timetable.take(due + MINUTE - 1), { tenants: [], dropped: 0, lateMs: 0 });
    assert.deepEqual(timetable.take(due + MINUTE), { tenants: ['a'], dropped: 0, lateMs: 0 });
    assert.deepEqual(timetable.take(due + 2 * MINUTE + 15_001), { tenants: [], dropped: 1, lateMs: 0 });
  });

  it('takes every slot of an interval that is as short as the ticks are apart', () => {
    const timetable = createTimetable();
    timetable.set(['a'], 2_000, 0, 0);
    const taken = run(timetable, 1_000, 20_000);
    assert.ok((taken.get('a')?.length ?? 0) >= 9, String(taken.get('a')));
  });

  it('is not moved by a wall clock that jumps when it is set again with the same interval', () => {
    const timetable = createTimetable();
    timetable.set(ids, MINUTE, 1_700_000_000_000, 0);
    const before = run(timetable, 1000, MINUTE);
    timetable.set(ids, MINUTE, 1_500_000_000_000, MINUTE);
    const after = run(timetable, MINUTE + 1000, 2 * MINUTE);
    for (const id of ids) assert.equal((after.get(id)?.[0] ?? 0) - (before.get(id)?.[0] ?? 0), MINUTE);
  });

  it('leaves nobody waiting for longer than an interval when the interval changes, however often', () => {
    const timetable = createTimetable();
    const last = new Map<string, number>();
    const now = 1_700_000_000_000;
    for (let at = 0; at <= 30 * MINUTE; at += 1_000) {
      // A fleet that grows beyond the budget and shrinks again.
      timetable.set(ids, MINUTE + (Math.floor(at / 20_000) % 7) * 5_000, now + at, at);
      for (const id of timetable.take(at).tenants) last.set(id, at);
      if (at >= 2 * MINUTE)
        for (const id of ids)
          assert.ok(at - (last.get(id) ?? -Infinity) <= MINUTE + 31_000, `${id} at ${String(at)}`);
    }
  });

  it('forgets tenants that are gone and adds new ones at their phase', () => {
    const timetable = createTimetable();
    timetable.set(['a', 'b'], MINUTE, 0, 0);
    timetable.set(['b', 'c'], MINUTE, 0, 0);
    assert.deepEqual([...run(timetable, 1000, MINUTE).keys()].toSorted(), ['b', 'c']);
  });
});

describe('the interval', () => {
  it('stretches by steps until the handshakes fit into four fifths of the budget', () => {
    const rows = [
      { tenants: 0, wanted: MINUTE, is: MINUTE },
      { tenants: 600, wanted: MINUTE, is: MINUTE },
      { tenants: 601, wanted: MINUTE, is: 65_000 },
      { tenants: 650, wanted: MINUTE, is: 65_000 },
      { tenants: 651, wanted: MINUTE, is: 70_000 },
      { tenants: 1000, wanted: MINUTE, is: 100_000 },
    ];
    for (const { tenants, wanted, is } of rows) {
      assert.equal(stretchInterval(wanted, { tenants, handshakesPerTenant: 2, handshakesPerSecond: 25 }), is);
    }
  });
});
