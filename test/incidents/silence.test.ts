import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { endByDeploy, globMatches, silenceFor, silenceMatches } from '../../src/incidents/index.ts';
import type { Silence, SilenceMatcher } from '../../src/model/incident.ts';
import { claim, context, diagnosis, outcome, START, tenant, track } from './fixtures.ts';

describe('a glob', () => {
  const table: readonly [string, string, boolean][] = [
    ['a1', 'a1', true],
    ['a1', 'a12', false],
    ['A1', 'a1', true],
    ['*', '', true],
    ['a*', 'a', true],
    ['*1', 'a1', true],
    ['a*b', 'ab', true],
    ['a*b', 'acb', true],
    ['ab*ba', 'aba', false],
    ['*x*', 'axb', true],
    ['a**b', 'ab', true],
    ['certificate-*', 'certificate-on-tenant-app', true],
    ['.', 'a', false],
    ['', '', true],
    ['', 'a', false],
  ];
  for (const [pattern, text, matches] of table) {
    it(`${JSON.stringify(pattern)} ${matches ? 'matches' : 'does not match'} ${JSON.stringify(text)}`, () => {
      assert.equal(globMatches(pattern, text), matches);
    });
  }

  it('agrees with a regular expression on any short text', () => {
    const letters = (max: number) => fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: max });
    fc.assert(
      fc.property(
        letters(6),
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }),
        (pattern, text) => {
          const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text);
          assert.equal(globMatches(pattern, text), expected);
        },
      ),
    );
  });
});

describe('a matcher', () => {
  const incident = track(undefined, outcome(claim, START), context(START)).incident;
  const platform = track(
    undefined,
    outcome(
      diagnosis('platform-tls-outage', 'critical', 'certain', 'platform'),
      START,
      'platform',
      'platform',
    ),
    context(START),
  ).incident;
  const gold = tenant('a1', { plan: 'gold' });
  const table: readonly [string, SilenceMatcher, boolean, boolean][] = [
    ['of nothing matches everything', {}, true, true],
    ['of a tenant matches its incident only', { tenant: 'a1' }, true, false],
    ['of any tenant does not match the platform', { tenant: '*' }, true, false],
    ['of a hostname matches', { tenant: 'a1.example.test' }, true, false],
    ['of an app matches', { tenant: 'sp-a1' }, true, false],
    ['of a problem matches', { problem: 'certificate-*' }, true, false],
    ['of another problem does not', { problem: 'site-*' }, false, false],
    ['of labels matches', { labels: { plan: 'go*' } }, true, false],
    ['of a missing label does not', { labels: { region: '*' } }, false, false],
    ['of several needs all', { tenant: 'a1', problem: 'site-error' }, false, false],
  ];
  for (const [name, matcher, ofTenant, ofPlatform] of table) {
    it(name, () => {
      assert.ok(incident && platform);
      assert.equal(silenceMatches(matcher, incident, gold), ofTenant);
      assert.equal(silenceMatches(matcher, platform, null), ofPlatform);
    });
  }
});

describe('a silence', () => {
  const silence: Silence = {
    id: 's1',
    matcher: {},
    author: 'ada',
    reason: 'deploy',
    createdAt: START,
    startsAt: START,
    endsAt: START + 100,
    untilDeployOf: 'sp-a1',
  };
  const incident = track(undefined, outcome(claim, START), context(START)).incident;

  it('holds from its start to just before its end', () => {
    assert.ok(incident);
    const held = [START - 1, START, START + 99, START + 100].map(
      (now) => silenceFor(incident, null, [silence], now)?.id,
    );
    assert.deepEqual(held, [undefined, 's1', 's1', undefined]);
  });

  it('that lasts longest is the one that is named', () => {
    assert.ok(incident);
    const longer = { ...silence, id: 's2', endsAt: START + 200 };
    assert.equal(silenceFor(incident, null, [silence, longer, silence], START)?.id, 's2');
  });

  it('bound to a deploy ends when that app’s deploy was verified, and no other', () => {
    assert.deepEqual(endByDeploy([silence], 'sp-b2', START + 10), []);
    assert.deepEqual(endByDeploy([silence], 'sp-a1', START + 10), [{ ...silence, endsAt: START + 10 }]);
    assert.deepEqual(endByDeploy([silence], 'sp-a1', START + 100), []);
  });
});
