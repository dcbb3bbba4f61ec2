import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownPath } from '../../../src/http/pages/sign-in/own-path.ts';
import { counted, isoSeconds, spokenAgo, spokenMs, datedTime } from '../../../src/model/spoken.ts';

describe('where sign-in leads back to', () => {
  for (const [given, path] of [
    ['/incidents/1?x=1', '/incidents/1?x=1'],
    ['/tenants/a%2Fb', '/tenants/a%2Fb'],
    ['//evil.example/', '/'],
    ['/\\evil.example/', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['/\t/evil.example', '/'],
    ['', '/'],
    [['/a'], '/'],
    [undefined, '/'],
  ] as const) {
    it(`is ${path} for ${JSON.stringify(given)}`, () => {
      assert.equal(ownPath(given), path);
    });
  }
});

describe('words', () => {
  it('count, group and time as people read', () => {
    assert.deepEqual(
      [counted(1, 'tenant'), counted(1204, 'tenant'), counted(12345678, 'run')],
      ['1 tenant', '1,204 tenants', '12,345,678 runs'],
    );
    assert.deepEqual([0.94, 9.949, 812.4, 994.9, 995, 61_000].map(spokenMs), [
      '0.9 ms',
      '9.9 ms',
      '812 ms',
      '995 ms',
      '1 s',
      '1 min 1 s',
    ]);
    assert.deepEqual(
      [0, 999, 1000, 59_999, 60_000, 3_599_999, 86_400_000].map((passed) => spokenAgo(0, passed)),
      ['now', 'now', '1 s ago', '59 s ago', '1 min ago', '59 min ago', '1 d ago'],
    );
    assert.equal(datedTime(Date.UTC(2026, 10, 2, 3, 4, 5)), '2 Nov 2026, 03:04:05 UTC');
  });

  it('know no time that no calendar has', () => {
    assert.deepEqual(
      [datedTime(Infinity), isoSeconds(9e15), isoSeconds(NaN)],
      ['an unknown time', null, null],
    );
  });
});
