import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Notice } from '../../src/model/alert.ts';
import { SECOND_MS } from '../../src/model/time.ts';
import { StoreError } from '../../src/store/index.ts';
import { createDatabaseAlarm } from '../../src/wiring/database-alarm.ts';

const FULL = new StoreError(
  'disk-full',
  '/data/t.db',
  'no space left for the database /data/t.db: free some',
);

/** Looks once a second; `x` while the database is away. */
function play(seconds: string): { readonly told: readonly string[]; readonly notices: readonly Notice[] } {
  let at = 0;
  let trouble: StoreError | null = null;
  const told: string[] = [];
  const notices: Notice[] = [];
  const alarm = createDatabaseAlarm({
    trouble: () => trouble,
    direct: {
      tell: (notice) => {
        notices.push(notice);
        told.push(`${String(at)}:${notice.reason}`);
      },
    },
    clock: { now: () => at * SECOND_MS, monotonicMs: () => at * SECOND_MS },
    state: () => 'At the last look: 2 tenants (1 failing, 1 passing).',
  });
  for (const mark of seconds) {
    trouble = mark === 'x' ? FULL : null;
    alarm.look();
    at += 1;
  }
  return { told, notices };
}

describe('a database that cannot be written', () => {
  const facts: readonly (readonly [string, string, readonly string[]])[] = [
    ['is told to nobody while it can', '.'.repeat(60), []],
    ['for a moment is no news', `${'x'.repeat(15)}.${'x'.repeat(15)}`, []],
    [
      'is told once after 15 s, and once more when it is well',
      `..${'x'.repeat(40)}....`,
      ['17:database-failing', '42:database-well'],
    ],
    [
      'again is told again',
      `${'x'.repeat(16)}.${'x'.repeat(16)}.`,
      ['15:database-failing', '16:database-well', '32:database-failing', '33:database-well'],
    ],
  ];
  for (const [name, seconds, told] of facts) {
    it(name, () => {
      assert.deepEqual(play(seconds).told, told);
    });
  }

  it('is told with the cause, what nobody is told of meanwhile, and how the fleet is', () => {
    const [failing, well] = play(`${'x'.repeat(76)}.`).notices;
    assert.equal(
      failing?.text,
      'CRITICAL: tenantwatch has been unable to write its database for 15 s: no space left for the database /data/t.db: free some. ' +
        'Probing goes on, but until this is repaired no incident can be opened or resolved, and nobody is told of one. ' +
        'At the last look: 2 tenants (1 failing, 1 passing).',
    );
    assert.equal(
      well?.text,
      'RESOLVED: tenantwatch can write its database again, after 1 min 16 s. What it found meanwhile is told now.',
    );
    assert.equal(well.ends, failing.id);
    assert.notEqual(well.id, failing.id);
  });
});
