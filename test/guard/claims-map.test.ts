import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { claimsMap, countMarks, type ClaimsKnowledge } from '../../src/guard/claims-map.ts';
import { checkCertificateTarget } from '../../src/guard/certificate-target.ts';
import type { Claim } from '../../src/model/fly.ts';
import { APP, HOSTNAME, PLATFORM, claim } from '../diagnosis/remedy-context.ts';

const M = PLATFORM.managementApp;
const OTHER_TENANT = 'sp-0123456789ab';
const NOTHING_KNOWN: ClaimsKnowledge = {
  platform: PLATFORM,
  hasMachines: () => null,
  tenantExists: () => null,
};

const seen = (claims: readonly Claim[], goneAt: number | null = null) =>
  claims.map((each) => ({ claim: each, firstSeenAt: 1, lastSeenAt: 2, goneAt }));

/** `app: marks` of every holder, in order. */
const marks = (claims: readonly Claim[], knowledge: Partial<ClaimsKnowledge> = {}): readonly string[] =>
  claimsMap(seen(claims), { ...NOTHING_KNOWN, ...knowledge }).flatMap(({ holders }) =>
    holders.map((holder) => [holder.claim.app, ...holder.marks.map(({ mark }) => mark)].join(' ')),
  );

const FACTS: readonly (readonly [fact: string, found: readonly string[], expected: readonly string[]])[] = [
  ['the wildcard on the management app is as it should be', marks([claim('*.systemprompt.io', M)]), [M]],
  ['a name of the domain on the management app, too', marks([claim(HOSTNAME, M)]), [M]],
  ['a tenant’s name on its own app conflicts', marks([claim(HOSTNAME, APP)]), [`${APP} conflict`]],
  [
    'on another tenant’s app it is foreign besides',
    marks([claim(HOSTNAME, OTHER_TENANT)]),
    [`${OTHER_TENANT} conflict foreign`],
  ],
  ['on an app that is nobody’s, too', marks([claim(HOSTNAME, 'blog')]), ['blog conflict foreign']],
  [
    'the wildcard on a tenant’s app is foreign',
    marks([claim('*.systemprompt.io', APP)]),
    [`${APP} conflict foreign`],
  ],
  [
    'letter case and a final dot change nothing',
    marks([claim('SystemPrompt.IO.', APP)]),
    [`${APP} conflict foreign`],
  ],
  [
    'a name that two apps hold is a duplicate at both, the conflict first',
    marks([claim(HOSTNAME, M), claim(`${HOSTNAME}.`, APP)]),
    [`${APP} conflict duplicate`, `${M} duplicate`],
  ],
  [
    'an app without machines dangles',
    marks([claim('www.customer.example', 'blog')], { hasMachines: () => false }),
    ['blog dangling'],
  ],
  [
    'so does the name of a tenant that is gone',
    marks([claim(HOSTNAME, M)], { tenantExists: () => false }),
    [`${M} dangling`],
  ],
  [
    'a name that is no tenant’s does not',
    marks([claim('www.systemprompt.io', M)], { tenantExists: () => false }),
    [M],
  ],
  [
    'a custom domain on a tenant’s app is misplaced',
    marks([claim('www.customer.example', APP)]),
    [`${APP} misplaced`],
  ],
  [
    'unless it is configured so',
    marks([claim('www.customer.example', APP)], { platform: { ...PLATFORM, customDomainsOn: 'tenant' } }),
    [APP],
  ],
  [
    'what has nothing to do with the platform is left alone',
    marks([claim('blog.example', 'blog')]),
    ['blog'],
  ],
];

describe('in the map of claims', () => {
  for (const [fact, found, expected] of FACTS)
    it(fact, () => {
      assert.deepEqual(found, expected);
    });

  it('what is wrong comes first, the rest by name', () => {
    const map = claimsMap(
      seen([claim('b.systemprompt.io', M), claim('a.systemprompt.io', M), claim(HOSTNAME, APP)]),
      NOTHING_KNOWN,
    );
    assert.deepEqual(
      map.map(({ hostname }) => hostname),
      [HOSTNAME, 'a.systemprompt.io', 'b.systemprompt.io'],
    );
    assert.deepEqual(countMarks(map), { conflict: 1, foreign: 0, duplicate: 0, dangling: 0, misplaced: 0 });
  });

  it('a conflict has the command that ends it, and a hostile name has none', () => {
    const [entry] = claimsMap(seen([claim(HOSTNAME, APP)]), NOTHING_KNOWN);
    assert.equal(entry?.holders[0]?.command, `fly certs remove ${HOSTNAME} -a ${APP} -y`);
    const [hostile] = claimsMap(seen([claim('$(id).systemprompt.io', APP)]), NOTHING_KNOWN);
    assert.deepEqual(
      hostile?.holders.map(({ marks: [first], command }) => [first?.mark, command]),
      [['conflict', null]],
    );
  });

  it('a claim that is gone is listed and not blamed', () => {
    const [entry] = claimsMap(seen([claim(HOSTNAME, APP)], 3), NOTHING_KNOWN);
    assert.deepEqual(
      entry?.holders.map(({ marks: all, goneAt }) => [all, goneAt]),
      [[[], 3]],
    );
  });

  it('a name of the domain is marked exactly where the guard would have refused it', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const app = fc.oneof(fc.constantFrom(M, APP, OTHER_TENANT), fc.stringMatching(/^[a-z0-9]{1,12}$/));
    fc.assert(
      fc.property(label, app, fc.boolean(), (name, holder, wildcard) => {
        const hostname = `${wildcard ? '*.' : ''}${name}.systemprompt.io`;
        const [entry] = claimsMap(seen([claim(hostname, holder)]), NOTHING_KNOWN);
        const { decision } = checkCertificateTarget({ hostname, app: holder, platform: PLATFORM });
        assert.equal(entry?.holders[0]?.marks[0]?.mark === 'conflict', decision === 'refused');
      }),
    );
  });
});
