import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configHints } from '../../src/config/hints.ts';
import type { Config } from '../../src/config/index.ts';

type Routes = Config['alerts']['routes'];
const hints = (routes: Routes, channels: readonly string[] = ['on-call']): readonly string[] =>
  configHints({
    alerts: { routes, channels: channels.map((name) => ({ name })) },
  } as unknown as Pick<Config, 'alerts'>);
const all = { match: {}, channels: ['on-call'] };
const nobody = 'nobody is told of them';

describe('config check hints at incidents that nobody is told of', () => {
  const facts: readonly [what: string, routes: Routes, said: readonly string[]][] = [
    ['not without routes: everybody is told everything', [], []],
    [
      'not with a route that takes all',
      [{ match: { severity: ['critical'] }, channels: ['on-call'] }, all],
      [],
    ],
    [
      'with one for critical ones alone',
      [{ match: { severity: ['critical'] }, channels: ['on-call'] }],
      ['tenants', 'the platform', 'the monitor itself'].map(
        (whose) => `alerts.routes: no route matches warning incidents of ${whose}: ${nobody}`,
      ),
    ],
    [
      'with one for tenants alone',
      [{ match: { scope: ['tenant'] }, channels: ['on-call'] }],
      ['the platform', 'the monitor itself'].map(
        (whose) => `alerts.routes: no route matches incidents of ${whose}: ${nobody}`,
      ),
    ],
    [
      'with labels that some tenants do not have, and the platform never has',
      [
        { match: { labels: { tier: 'gold' } }, channels: ['on-call'] },
        { match: { scope: ['monitor'] }, channels: ['on-call'] },
      ],
      [
        `alerts.routes: incidents of tenants without the labels of a route match none: ${nobody}`,
        `alerts.routes: no route matches incidents of the platform: ${nobody}`,
      ],
    ],
  ];
  for (const [what, routes, said] of facts)
    it(what, () => {
      assert.deepEqual(hints(routes), said);
    });

  it('and says when there is no channel at all', () => {
    assert.deepEqual(hints([all], []), ['alerts.channels: there are none: nobody is told of incidents']);
  });
});
