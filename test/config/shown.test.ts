import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownSettings } from '../../src/config/index.ts';

describe('settings that are shown', () => {
  const facts: readonly (readonly [fact: string, given: string, shown: string])[] = [
    ['the query of an address', 'https://example.org/list?key=s3cret', 'https://example.org/list?(hidden)'],
    [
      'a query with what belongs into a fragment',
      'http://[::1]:80/?a=s3cret#x?y',
      'http://[::1]:80/?(hidden)',
    ],
    ['a user that is a token', 'https://s3cret@example.org/x', 'https://(hidden)@example.org/x'],
    ['a user and a password', 'smtp://u:s3cret@example.org:25', 'smtp://(hidden)@example.org:25'],
    ['a password with an at', 'https://u:s3@cret@example.org', 'https://(hidden)@example.org'],
  ];
  for (const [fact, given, shown] of facts)
    it(`hide ${fact}, at any depth`, () => {
      assert.deepEqual(shownSettings({ a: [{ b: given }] }), { a: [{ b: shown }] });
    });

  for (const kept of [
    'https://example.org/list',
    'a question?',
    'ops@example.org',
    '1.1.1.1:53',
    '^[0-9a-f]?$',
    '',
  ])
    it(`leave "${kept}" as it is`, () => {
      assert.equal(shownSettings(kept), kept);
    });
});
