import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  coveringTenantClaims,
  foreignWildcardClaims,
  isoTime,
  managementHoldsExact,
  otherClaims,
  tenantClaims,
  wildcardHostname,
} from '../../src/checks/claims.ts';
import { judgeTenant } from '../../src/checks/index.ts';
import { checkOf } from '../support/diagnosing.ts';
import {
  APP,
  claim,
  DOMAIN,
  failed,
  HOST,
  MANAGEMENT,
  observed,
  platform,
  settings,
  tenant,
  WILDCARD,
} from '../support/snapshots.ts';

const SETTINGS = settings();

/** Any spelling that a list may use for one name: letter case and a final dot. */
function spelling(name: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.boolean(), { minLength: name.length, maxLength: name.length }), fc.boolean())
    .map(([upper, dot]) => {
      const letters = Array.from(name, (letter, index) => (upper[index] ? letter.toUpperCase() : letter));
      return letters.join('') + (dot ? '.' : '');
    });
}

const harmless = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9]{1,12}$/),
    fc.constantFrom('example.com', 'notsystemprompt.io', 'systemprompt.io.example.com'),
  )
  .map(([label, domain]) => claim(`${label}.${domain}`, APP));

describe('a claim of the platform’s domain on the tenant’s app', () => {
  const conflicting = fc
    .constantFrom(HOST, DOMAIN, `*.${DOMAIN}`, `other.${DOMAIN}`, `_acme-challenge.${HOST}`, `*.${HOST}`)
    .chain(spelling);

  it('fails the check in any spelling, at any position of any long list, in any state', () => {
    fc.assert(
      fc.property(
        conflicting,
        fc.array(harmless, { maxLength: 600, size: 'max' }),
        fc.nat(),
        fc.constantFrom('issued', 'awaiting-configuration', 'awaiting-issuance', 'expired', 'unknown'),
        (hostname, others, at, state) => {
          const list = others.toSpliced(at % (others.length + 1), 0, claim(hostname, APP, { state }));
          const check = checkOf(
            judgeTenant(tenant({ certificates: observed(list) }), SETTINGS),
            'tenant-certificates',
          );
          assert.equal(check.verdict, 'fail');
          assert.equal(check.reason, 'claimed-by-tenant-app');
          assert.ok(check.summary.includes(hostname));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('passes for any list of names elsewhere, however alike they look', () => {
    fc.assert(
      fc.property(fc.array(harmless, { maxLength: 60 }), (list) => {
        const check = checkOf(
          judgeTenant(tenant({ certificates: observed(list) }), SETTINGS),
          'tenant-certificates',
        );
        assert.equal(check.verdict, 'pass');
      }),
      { numRuns: 100 },
    );
  });

  it('covers the tenant’s name exactly or by the wildcard of its level, never from another level', () => {
    const covering = (hostname: string): boolean =>
      coveringTenantClaims(tenant({ certificates: observed([claim(hostname, APP)]) }), SETTINGS).length === 1;
    for (const hostname of [HOST, `${HOST.toUpperCase()}.`, `*.${DOMAIN}`, `*.${DOMAIN.toUpperCase()}`])
      assert.ok(covering(hostname), hostname);
    for (const hostname of [DOMAIN, `b.${DOMAIN}`, `*.${HOST}`, `x${HOST}`, '*.io', '*'])
      assert.ok(!covering(hostname), hostname);
  });
});

describe('a custom domain', () => {
  const shop = 'shop.example.com';
  const held = (hostname: string): readonly unknown[] =>
    tenantClaims(tenant({ tenant: { hostname }, certificates: observed([claim(shop, APP)]) }), SETTINGS);

  it('is no conflict on the tenant’s app, unless the tenant is reached by it and it belongs on the management app', () => {
    assert.equal(held(HOST).length, 0);
    assert.equal(held(shop).length, 1);
    const there = settings({ customDomainsOn: 'tenant' });
    assert.equal(
      tenantClaims(tenant({ tenant: { hostname: shop }, certificates: observed([claim(shop, APP)]) }), there)
        .length,
      0,
    );
  });
});

describe('tenant-certificates', () => {
  for (const [fact, certificates, verdict, reason] of [
    ['an app that Fly does not know', failed('api', 'not-found'), 'skipped', 'no-app'],
    ['a page that is missing', failed('api', 'incomplete'), 'unknown', 'incomplete-during-api'],
    ['a rejected token', failed('api', 'unauthorized'), 'unknown', 'unauthorized-during-api'],
  ] as const) {
    it(`${fact}: ${verdict}`, () => {
      const check = checkOf(judgeTenant(tenant({ certificates }), SETTINGS), 'tenant-certificates');
      assert.deepEqual([check.verdict, check.reason], [verdict, reason]);
    });
  }
});

describe('claims by other apps', () => {
  const others = (...list: readonly [hostname: string, app: string][]): readonly string[] =>
    otherClaims(
      tenant({ otherClaims: observed(list.map(([hostname, app]) => claim(hostname, app))) }),
      SETTINGS,
    ).map(({ app }) => app);

  it('count in any spelling, but not the tenant’s, the management app’s, or the platform’s wildcard', () => {
    assert.deepEqual(others([`${HOST.toUpperCase()}.`, 'intruder']), ['intruder']);
    assert.deepEqual(
      others([HOST, APP], [HOST, MANAGEMENT], [`*.${DOMAIN}`, 'intruder'], [`b.${DOMAIN}`, 'x']),
      [],
    );
  });

  it('of the wildcard are the platform’s problem', () => {
    const shared = platform({
      wildcardClaims: observed([claim(`*.${DOMAIN.toUpperCase()}.`, 'intruder'), WILDCARD]),
    });
    assert.deepEqual(
      foreignWildcardClaims(shared, SETTINGS).map(({ app }) => app),
      ['intruder'],
    );
  });
});

describe('the exact certificate on the management app', () => {
  const holds = (...hostnames: readonly string[]): boolean =>
    managementHoldsExact(
      tenant({
        platform: platform({
          management: { certificates: observed(hostnames.map((hostname) => claim(hostname, MANAGEMENT))) },
        }),
      }),
      SETTINGS,
    );

  it('is held in any spelling; the wildcard is not it', () => {
    assert.equal(holds(`*.${DOMAIN}`, `${HOST.toUpperCase()}.`), true);
    assert.equal(holds(`*.${DOMAIN}`), false);
  });
});

it('the wildcard lies where the host template says', () => {
  assert.equal(wildcardHostname(SETTINGS), '*.systemprompt.io');
  assert.equal(
    wildcardHostname(settings({ tenantHost: '{tenant}.apps.{domain}' })),
    '*.apps.systemprompt.io',
  );
  assert.equal(wildcardHostname(settings({ tenantHost: 'app-{tenant}.{domain}' })), '*.systemprompt.io');
});

it('a date that no calendar holds is not printed', () => {
  assert.equal(isoTime(8.64e15 + 1), null);
  assert.equal(isoTime(Number.NaN), null);
  assert.equal(isoTime(0), '1970-01-01T00:00:00.000Z');
});
