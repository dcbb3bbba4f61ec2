import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { discover, wildcardHolders } from '../../src/cli/init/discover.ts';
import { findNaming } from '../../src/cli/init/naming.ts';
import type { Claim, Inventory } from '../../src/model/fly.ts';
import { claim } from '../diagnosis/remedy-context.ts';

const FACTS: readonly (readonly [
  fact: string,
  apps: readonly string[],
  naming: readonly [template: string, pattern: string, tenants: number, lookalikes: readonly string[]] | null,
])[] = [
  [
    'a prefix before hexadecimal ids, whatever else begins alike',
    ['sp-999bc6549a64', 'sp-0123456789ab', 'sp-postgres', 'blog', 'sp-redis-cache'],
    ['sp-{tenant}', '^[0-9a-f]{12}$', 2, ['sp-postgres', 'sp-redis-cache']],
  ],
  ['one app, if its id is long', ['sp-999bc6549a64', 'blog'], ['sp-{tenant}', '^[0-9a-f]{12}$', 1, []]],
  ['a suffix', ['a1b2c3-site', 'd4e5f6-site', 'www'], ['{tenant}-site', '^[0-9a-f]{6}$', 2, []]],
  [
    'the longest prefix that they share',
    ['my-team-a1b2c3', 'my-team-d4e5f6'],
    ['my-team-{tenant}', '^[0-9a-f]{6}$', 2, []],
  ],
  ['ids alone', ['a1b2c3d4', 'b2c3d4e5', 'blog'], ['{tenant}', '^[0-9a-f]{8}$', 2, []]],
  ['letters and digits', ['t-zz11yy', 't-qq22ww'], ['t-{tenant}', '^[0-9a-z]{6}$', 2, []]],
  [
    'words, when three share a prefix',
    ['shop-anna', 'shop-bert', 'shop-carl', 'blog'],
    ['shop-{tenant}', '^[a-z0-9][a-z0-9-]*$', 3, []],
  ],
  ['nothing in two words', ['shop-anna', 'shop-bert'], null],
  ['nothing in one short id', ['sp-a1b2c3'], null],
  ['nothing in no apps', [], null],
];

describe('the naming of tenants’ apps is found in', () => {
  for (const [fact, apps, expected] of FACTS)
    it(fact, () => {
      const found = findNaming(apps);
      assert.deepEqual(
        found && [found.tenantApp, found.tenantIdPattern, found.tenants.length, found.lookalikes],
        expected,
      );
    });

  it('any set of ids with a prefix, and it gives the apps back', () => {
    const id = fc.stringMatching(/^[0-9a-f]{12}$/).filter((text) => /[0-9]/.test(text));
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 2, maxLength: 20 }), (ids) => {
        const found = findNaming(['blog', ...ids.map((each) => `sp-${each}`), 'sp-postgres']);
        assert.equal(found?.tenantApp, 'sp-{tenant}');
        assert.deepEqual(found.tenants, ids);
      }),
    );
  });
});

describe('an organization tells', () => {
  const inventory = (claims: readonly Claim[], apps: readonly string[] = []): Inventory => ({
    startedAt: 0,
    takenAt: 0,
    apps: new Map(
      apps.map((name) => [name, { name, status: '', claims: [], currentRelease: null, machines: null }]),
    ),
    claims: Map.groupBy(claims, ({ hostname }) => hostname),
  });

  it('the management app by the wildcard that is issued', () => {
    const swept = inventory([
      claim('*.acme.app', 'edge', { state: 'issued' }),
      claim('*.acme.app', 'sp-1', { state: 'awaiting-configuration' }),
      claim('www.acme.app', 'site', { state: 'issued' }),
    ]);
    assert.deepEqual(wildcardHolders(swept), [{ app: 'edge', domain: 'acme.app' }]);
  });
  it('all candidates when there are several', () => {
    const swept = inventory([
      claim('*.b.example', 'edge', { state: 'issued' }),
      claim('*.a.example', 'edge', { state: 'issued' }),
    ]);
    assert.deepEqual(
      wildcardHolders(swept).map(({ domain }) => domain),
      ['a.example', 'b.example'],
    );
  });
  it('nothing by a hostile name', () => {
    assert.deepEqual(wildcardHolders(inventory([claim('*.$(id).example', 'edge', { state: 'issued' })])), []);
  });
  it('which names are no tenants, and where custom domains are', () => {
    const swept = inventory(
      [
        claim('status.acme.app', 'edge'),
        claim('a1b2c3.acme.app', 'edge'),
        claim('shop.customer.example', 'sp-a1b2c3'),
      ],
      ['edge', 'sp-a1b2c3', 'sp-d4e5f6'],
    );
    const found = discover(swept, { app: 'edge', domain: 'acme.app' });
    assert.deepEqual(found.otherHosts, ['status']);
    assert.equal(found.customDomainsOn, 'tenant');
    assert.equal(found.naming?.tenantApp, 'sp-{tenant}');
  });
});
