import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import cron from 'node-cron';
import { isCron } from '../../src/config/cron.ts';

describe('a cron expression', () => {
  const facts: readonly [text: string, holds: boolean][] = [
    ['* * * * *', true],
    ['*/5 * * * *', true],
    ['0,30 8-18/2 1 jan-mar MON-FRI', true],
    ['*/10 59 23 31 12 7', true],
    ['60 * * * *', false],
    ['* 24 * * *', false],
    ['* * 0 * *', false],
    ['* * 32 * *', false],
    ['* * * 13 *', false],
    ['* * * * 8', false],
    ['* * * 0 *', false],
    ['* * * 6-2 *', false],
    ['*/0 * * * *', false],
    ['*/60 * * * *', false],
    ['5/2 * * * *', false],
    ['1-2-3 * * * *', false],
    ['1, * * * *', false],
    ['mon * * * *', false],
    ['* * * *', false],
    ['* * * * * * *', false],
    ['0 0 29 2 *', true],
    ['0 0 30,*/30 feb *', true],
    ['0 0 31 4-6/2,7 *', true],
    ['0 0 30 2 *', false],
    ['0 0 31 4,jun *', false],
    ['@daily', false],
    ['', false],
  ];
  for (const [text, holds] of facts)
    it(`"${text}" ${holds ? 'is one' : 'is none'}`, () => {
      assert.equal(isCron(text), holds);
    });

  it('that is taken can be scheduled', () => {
    const number = fc.integer({ min: 0, max: 60 }).map(String);
    const range = fc.tuple(number, number).map(([first, last]) => `${first}-${last}`);
    const step = fc.tuple(fc.oneof(fc.constant('*'), range), number).map((parts) => parts.join('/'));
    const name = fc.constantFrom('jan', 'DEC', 'sun', 'Sat');
    const item = fc.oneof({ weight: 4, arbitrary: fc.constant('*') }, number, range, step, name);
    const field = fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => items.join(','));
    fc.assert(
      fc.property(fc.array(field, { minLength: 5, maxLength: 6 }), (fields) => {
        const text = fields.join(' ');
        if (isCron(text)) assert.ok(cron.validate(text), text);
      }),
      { numRuns: 2_000 },
    );
  });
});
