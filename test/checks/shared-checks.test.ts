import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeMonitor, judgePlatform } from '../../src/checks/index.ts';
import { resolverHealth } from '../../src/checks/resolver-health.ts';
import type { MonitorCheckId, PlatformCheckId, Reason } from '../../src/model/check.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Platform } from '../../src/model/platform.ts';
import { DAY_MS, HOUR_MS } from '../../src/model/time.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { checkOf } from '../support/diagnosing.ts';
import {
  ABSENT,
  answer,
  ASLEEP,
  attempts,
  certificate,
  claim,
  control,
  CONTROLS_REFUSED,
  DOMAIN,
  EMPTY,
  EOF,
  failed,
  handshakes,
  http,
  lookups,
  machine,
  NO_ROUTE,
  NOW,
  observed,
  OWN,
  platform,
  REFUSED,
  RIGHT,
  settings,
  SILENT,
  skipped,
  STOPPED,
  V4,
  V6,
  WILDCARD,
  type PlatformChanges,
} from '../support/snapshots.ts';

type Row = readonly [
  fact: string,
  changes: PlatformChanges,
  verdict: Verdict,
  reason?: Reason | undefined,
  platformSettings?: Partial<Platform>,
];

function table(id: PlatformCheckId | MonitorCheckId, rows: readonly Row[]): void {
  describe(id, () => {
    for (const [fact, changes, verdict, reason, platformSettings] of rows) {
      it(`${fact}: ${verdict}${reason === undefined ? '' : ` (${reason})`}`, () => {
        const snapshot = platform(changes);
        const given = settings(platformSettings);
        const check = checkOf([...judgePlatform(snapshot, given), ...judgeMonitor(snapshot, given)], id);
        assert.deepEqual([check.verdict, check.reason], [verdict, reason ?? null], check.summary);
        assert.match(check.summary, /^[^\n]+\.$/);
      });
    }
  });
}

/** Needs no resolver to be reached. */
const BY_ADDRESS = [{ name: '1.1.1.1:53', result: observed({ connectMs: 9 }) }];

const asked = (says: Parameters<typeof lookups>[1]): PlatformChanges => ({
  control: { lookups: lookups('c', says) },
});

/** What a wildcard that is a CNAME looks like: the zone names the alias alone, resolvers follow it. */
const BY_ALIAS = {
  ipv4: answer([V4], { cnames: ['management-api-prod.fly.dev'] }),
  ipv6: answer([V6], { cnames: ['management-api-prod.fly.dev'] }),
};
const ALIAS_ALONE = {
  ipv4: answer([], { cnames: ['management-api-prod.fly.dev'] }),
  ipv6: answer([], { cnames: ['management-api-prod.fly.dev'] }),
};

table('wildcard-dns', [
  ['it resolves to the management app', {}, 'pass'],
  ['NXDOMAIN', asked({ first: ABSENT, zone: ABSENT }), 'fail', 'nxdomain'],
  ['NODATA', asked({ first: EMPTY, zone: EMPTY }), 'fail', 'no-data'],
  ['elsewhere', asked({ first: OWN, zone: OWN }), 'fail', 'outside-management-addresses'],
  [
    'elsewhere, as it should behind a proxied edge',
    asked({ first: OWN, zone: OWN }),
    'pass',
    undefined,
    { edge: 'proxied' },
  ],
  [
    'elsewhere, the addresses not known',
    { ...asked({ first: OWN, zone: OWN }), management: { addresses: failed('api', 'timeout') } },
    'pass',
  ],
  [
    'an alias at the zone’s own servers, whose addresses others hold',
    asked({ first: BY_ALIAS, zone: ALIAS_ALONE }),
    'pass',
  ],
  ['an alias that leads nowhere', asked({ first: ALIAS_ALONE, zone: ALIAS_ALONE }), 'fail', 'no-data'],
  ['one resolver dead', asked({ second: SILENT }), 'pass'],
  ['one resolver lies', asked({ second: ABSENT }), 'pass'],
  [
    'no resolver answers, for nothing that was asked',
    { ...asked({ first: SILENT, zone: SILENT }), monitor: { witnesses: BY_ADDRESS } },
    'unknown',
    'no-resolver-answered',
  ],
  [
    'no resolver answers, but for a witness that is given by name',
    asked({ first: SILENT, zone: SILENT }),
    'fail',
    'lookup-failing',
  ],
]);

const one = (changes: Parameters<typeof control>[1]): PlatformChanges => ({
  controls: [control('a', changes), control('b')],
});

table('control-handshake', [
  ['both names', {}, 'pass'],
  ['both names fail', CONTROLS_REFUSED, 'fail', 'eof-during-handshake'],
  [
    'both names fail on one address',
    { control: { handshakes: [...attempts(V4, [EOF, EOF]), ...attempts(V6, ['ok'])] } },
    'fail',
    'some-addresses-fail',
  ],
  ['one name of two fails', one({ handshakes: REFUSED }), 'warn', 'intermittent'],
  [
    'the only name fails',
    { controls: [control('a', { handshakes: REFUSED })] },
    'unknown',
    'eof-during-handshake',
  ],
  ['once, and fine at once afterwards', { control: { handshakes: handshakes([EOF, 'ok', 'ok']) } }, 'pass'],
  ['again and again', { control: { handshakes: handshakes([EOF, 'ok', EOF]) } }, 'warn', 'intermittent'],
  ['no route', { control: { handshakes: handshakes([NO_ROUTE]) } }, 'unknown', 'no-route'],
  [
    'no address',
    { control: { handshakes: [], lookups: lookups('c', { first: EMPTY, zone: EMPTY }) } },
    'fail',
    'no-address',
  ],
  [
    'an alias at the zone, and no resolver answered',
    { control: { handshakes: [], lookups: lookups('c', { first: SILENT, zone: ALIAS_ALONE }) } },
    'unknown',
    'no-resolver-answered',
  ],
  [
    'no resolver answered',
    { control: { handshakes: [], lookups: lookups('c', { first: SILENT, zone: SILENT }) } },
    'unknown',
    'no-resolver-answered',
  ],
  [
    'EOF behind the proxied edge',
    { control: { managementHandshakes: REFUSED } },
    'fail',
    'eof-during-handshake',
    { edge: 'proxied' },
  ],
]);

const held = (...claims: readonly ReturnType<typeof claim>[]): PlatformChanges => ({
  management: { certificates: observed(claims) },
});
const serving = (changes: Parameters<typeof certificate>[0]): PlatformChanges => ({
  control: { handshakes: handshakes(['ok'], certificate(changes)) },
});

table('wildcard-certificate', [
  ['issued', {}, 'pass'],
  ['issued, in another spelling', held({ ...WILDCARD, hostname: `*.${DOMAIN.toUpperCase()}.` }), 'pass'],
  ['not there', held(claim(`www.${DOMAIN}`, WILDCARD.app)), 'fail', 'not-covered'],
  ['14 days left', held({ ...WILDCARD, expiresAt: NOW + 14 * DAY_MS }), 'pass'],
  ['10 days left', held({ ...WILDCARD, expiresAt: NOW + 10 * DAY_MS }), 'warn', 'expires-soon'],
  ['2 days left', held({ ...WILDCARD, expiresAt: NOW + 2 * DAY_MS }), 'fail', 'expires-soon'],
  ['past its end', held({ ...WILDCARD, expiresAt: NOW - 1 }), 'fail', 'expired'],
  ['awaiting', held({ ...WILDCARD, state: 'awaiting-configuration' }), 'fail', 'awaiting-configuration'],
  ['served past its end', serving({ notAfter: NOW - 1 }), 'fail', 'expired'],
  ['served for other names', serving({ names: ['*.fly.dev'] }), 'fail', 'name-mismatch'],
  ['not asked, and what is served is good', { management: { certificates: skipped('no-fly') } }, 'pass'],
  [
    'not asked, and nothing served',
    { ...CONTROLS_REFUSED, management: { certificates: skipped('no-fly') } },
    'skipped',
    'no-fly',
  ],
  [
    'the list not known',
    { management: { certificates: failed('api', 'timeout') } },
    'unknown',
    'timeout-during-api',
  ],
]);

table('wildcard-claims', [
  ['nobody else', {}, 'pass'],
  [
    'another app',
    { wildcardClaims: observed([claim(`*.${DOMAIN}`, 'intruder')]) },
    'fail',
    'claimed-elsewhere',
  ],
  ['no inventory', { wildcardClaims: skipped('needs-inventory') }, 'skipped', 'needs-inventory'],
]);

table('management-app', [
  ['a machine started', {}, 'pass'],
  ['asleep and startable', { management: { machines: observed([ASLEEP]) } }, 'pass'],
  ['stopped', { management: { machines: observed([STOPPED]) } }, 'fail', 'none-started'],
  ['crashing', { management: { machines: observed([machine({ crashing: true })]) } }, 'fail', 'crashing'],
  [
    'crashed shortly before, and its health URL answers',
    { management: { machines: observed([machine({ crashing: true })]), health: observed(http(200)) } },
    'warn',
    'crashing',
  ],
  [
    'crashed shortly before, and it answers a name without a tenant itself',
    {
      control: { site: observed(http(404)) },
      management: { machines: observed([machine({ crashing: true })]) },
    },
    'warn',
    'crashing',
  ],
  ['health 399', { management: { health: observed(http(399)) } }, 'pass'],
  ['health 400', { management: { health: observed(http(400)) } }, 'fail', 'unhealthy'],
  [
    'health times out',
    { management: { health: failed('request', 'timeout') } },
    'fail',
    'timeout-during-request',
  ],
  [
    'machines not known, health fine',
    { management: { machines: failed('api', 'timeout'), health: observed(http(200)) } },
    'pass',
  ],
  [
    'machines not known',
    { management: { machines: failed('api', 'timeout') } },
    'unknown',
    'timeout-during-api',
  ],
  ['neither asked', { management: { machines: skipped('no-fly') } }, 'skipped', 'no-fly'],
]);

const api = (flyApi: NonNullable<PlatformChanges['monitor']>['flyApi']): PlatformChanges => ({
  monitor: flyApi === undefined ? {} : { flyApi },
});

table('fly-api', [
  ['it answers', {}, 'pass'],
  ['it does not know one app', api(failed('api', 'not-found')), 'pass'],
  ['401', api(failed('api', 'unauthorized')), 'fail', 'token-rejected'],
  ['403', api(failed('api', 'forbidden')), 'fail', 'token-rejected'],
  ['429', api(failed('api', 'rate-limited')), 'fail', 'rate-limited'],
  ['500', api(failed('api', 'server-error')), 'fail', 'api-unavailable'],
  ['a redirect', api(failed('api', 'redirected')), 'fail', 'api-unavailable'],
  ['garbage', api(failed('api', 'malformed')), 'fail', 'api-unavailable'],
  ['stopped by ourselves', api(failed('api', 'aborted')), 'unknown', 'aborted-during-api'],
  ['not asked', api(skipped('no-fly')), 'skipped', 'no-fly'],
  [
    'no call came to its end before the time ran out',
    { ...api(skipped('not-needed')), management: { certificates: failed('api', 'aborted') } },
    'unknown',
    'aborted-during-api',
  ],
]);

table('resolvers', [
  ['all answer alike', {}, 'pass'],
  ['one is dead', asked({ second: SILENT }), 'fail', 'resolver-failing'],
  ['one lies', asked({ second: OWN }), 'fail', 'resolver-failing'],
  [
    'all are dead',
    { ...asked({ first: SILENT }), monitor: { witnesses: BY_ADDRESS } },
    'fail',
    'no-resolver-answered',
  ],
  ['all are dead for the control names alone', asked({ first: SILENT }), 'unknown', 'control-unresolved'],
  ['all agree on another answer than the zone’s', asked({ first: OWN }), 'pass'],
  [
    'two disagree and nothing tells who is right',
    { ...asked({ second: OWN, zone: null }), management: { addresses: skipped('no-fly') } },
    'pass',
  ],
]);

const DEAD = failed('connect', 'timeout');
const lost = (more: PlatformChanges['monitor'] = {}): PlatformChanges => ({
  control: {
    lookups: lookups('c', { first: SILENT, zone: SILENT }),
    handshakes: handshakes([DEAD]),
    site: skipped('no-connection'),
  },
  monitor: { flyApi: failed('api', 'timeout'), witnesses: [{ name: 'w', result: DEAD }], ...more },
});

table('monitor-network', [
  ['all is well', {}, 'pass'],
  ['everything fails', lost(), 'fail', 'everything-fails'],
  ['one witness answers', lost({ witnesses: [{ name: 'w', result: observed({ connectMs: 1 }) }] }), 'pass'],
  ['the API rejects us, which is an answer', lost({ flyApi: failed('api', 'unauthorized') }), 'pass'],
  ['an EOF, which is an answer', { ...lost(), control: { ...lost().control, handshakes: REFUSED } }, 'pass'],
  [
    'a resolver says SERVFAIL, which is an answer',
    {
      ...lost(),
      control: {
        ...lost().control,
        lookups: lookups('c', {
          first: { ipv4: answer([], { rcode: 'SERVFAIL' }), ipv6: answer([], { rcode: 'SERVFAIL' }) },
        }),
      },
    },
    'pass',
  ],
  [
    'everything was stopped by ourselves',
    { controls: [], monitor: { flyApi: failed('api', 'aborted'), witnesses: [] } },
    'unknown',
    'no-sample',
  ],
]);

const clock = (skewMs: number, samples = 3): PlatformChanges => ({
  monitor: { clock: observed({ skewMs, samples }) },
});

table('monitor-clock', [
  ['60 s ahead', clock(60_000), 'pass'],
  ['a moment more', clock(60_001), 'fail', 'clock-skewed'],
  ['a moment more behind', clock(-60_001), 'fail', 'clock-skewed'],
  ['no sample', clock(90_000, 0), 'unknown', 'no-sample'],
  ['not asked', { monitor: { clock: skipped('not-needed') } }, 'skipped', 'not-needed'],
]);

describe('which resolver lies', () => {
  const third = (says: typeof RIGHT) => ({
    server: '9.9.9.9:53',
    role: 'resolver' as const,
    name: 'c',
    ...says,
  });
  const health = (changes: PlatformChanges): readonly string[] => [
    ...resolverHealth(platform(changes), settings()).values(),
  ];
  const unknownAddresses = { management: { addresses: skipped('no-fly') } } as const;

  it('is told by the zone, else by the management app’s addresses, else by a majority of three', () => {
    assert.deepEqual(health({ ...asked({ second: OWN }), ...unknownAddresses }), ['answers', 'lies']);
    assert.deepEqual(health(asked({ second: OWN, zone: null })), ['answers', 'lies']);
    const three = { control: { lookups: [...lookups('c', { second: OWN, zone: null }), third(RIGHT)] } };
    assert.deepEqual(health({ ...three, ...unknownAddresses }), ['answers', 'lies', 'answers']);
    assert.deepEqual(health({ ...asked({ second: OWN, zone: null }), ...unknownAddresses }), [
      'answers',
      'answers',
    ]);
  });

  it('is not told by a zone that names an alias alone', () => {
    const says = { first: BY_ALIAS, second: OWN, zone: ALIAS_ALONE };
    assert.deepEqual(health(asked(says)), ['answers', 'lies']);
    assert.deepEqual(health({ ...asked(says), ...unknownAddresses }), ['answers', 'answers']);
  });

  it('is nobody while all agree, even unlike the zone: that is the wildcard’s trouble', () => {
    assert.deepEqual(health(asked({ first: OWN })), ['answers', 'answers']);
  });
});

describe('the evidence of the wildcard certificate', () => {
  const servedEvidence = (notAfter: number): readonly JsonObject[] => {
    const controls = ['k3v9x1q0', 'zp7m2w4c']
      .map((label) => `${label}.${DOMAIN}`)
      .map((name) => control(name, { handshakes: attempts(V4, ['ok'], certificate({ notAfter }), name) }));
    const check = checkOf(judgePlatform(platform({ controls }), settings()), 'wildcard-certificate');
    return check.evidence.served as readonly JsonObject[];
  };

  it('lists a certificate once that was served to both control names', () => {
    assert.equal(servedEvidence(NOW + 60 * DAY_MS).length, 1);
  });

  for (const [fact, notAfter, daysLeft] of [
    ['an hour before its end', NOW + HOUR_MS, 0],
    ['an hour after its end', NOW - HOUR_MS, 0],
    ['a day and an hour after its end', NOW - DAY_MS - HOUR_MS, -1],
    ['a day and an hour before its end', NOW + DAY_MS + HOUR_MS, 1],
  ] as const) {
    it(`counts whole days, ${fact}: ${daysLeft}`, () => {
      assert.ok(Object.is(servedEvidence(notAfter)[0]?.daysLeft, daysLeft));
    });
  }
});
