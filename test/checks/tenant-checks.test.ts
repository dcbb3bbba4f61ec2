import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeTenant, verdictOf } from '../../src/checks/index.ts';
import type { CheckId, Reason, TenantCheckId } from '../../src/model/check.ts';
import type { Platform } from '../../src/model/platform.ts';
import { DAY_MS } from '../../src/model/time.ts';
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
  EMPTY,
  EOF,
  failed,
  handshakes,
  HOST,
  http,
  lookups,
  machine,
  MANAGEMENT,
  NODATA,
  NO_ROUTE,
  NO_SUCH_TENANT,
  NOW,
  observed,
  OWN,
  OWN_V4,
  platform,
  REFUSED,
  SERVFAIL,
  settings,
  SILENT,
  skipped,
  STOPPED,
  tenant,
  UNREACHABLE,
  V4,
  V6,
  WILDCARD,
  type TenantChanges,
} from '../support/snapshots.ts';

type Row = readonly [
  fact: string,
  changes: TenantChanges,
  verdict: Verdict,
  reason?: Reason | undefined,
  platformSettings?: Partial<Platform>,
];

function table(id: TenantCheckId, rows: readonly Row[]): void {
  describe(id, () => {
    for (const [fact, changes, verdict, reason, platformSettings] of rows) {
      it(`${fact}: ${verdict}${reason === undefined ? '' : ` (${reason})`}`, () => {
        const check = checkOf(judgeTenant(tenant(changes), settings(platformSettings)), id);
        assert.deepEqual([check.verdict, check.reason], [verdict, reason ?? null], check.summary);
        assert.match(check.summary, /^[^\n]+\.$/);
      });
    }
  });
}

const REORDERED = { ipv4: answer(['66.241.124.2', V4]), ipv6: answer([V6]) };
const ALIASED = {
  ipv4: answer([V4], { cnames: ['edge.example'] }),
  ipv6: answer([V6], { cnames: ['edge.example'] }),
};
const NO_IPV6 = { ipv4: answer([V4]), ipv6: NODATA };
const SICK = { ipv4: SERVFAIL, ipv6: SERVFAIL };
const moved = platform({ previousAnswerUntil: NOW + 1 });
const withControl = (
  changes: Parameters<typeof control>[1],
  rest: Parameters<typeof platform>[0] = {},
): TenantChanges => ({
  platform: platform({ ...rest, control: changes ?? {} }),
});

/** The zone's own servers name an alias alone where others hold its addresses. */
const aliasAlone = (target: string) => ({
  ipv4: answer([], { cnames: [target] }),
  ipv6: answer([], { cnames: [target] }),
});
const wildcardByAlias = withControl({
  lookups: lookups('c', { first: ALIASED, zone: aliasAlone('edge.example') }),
});

table('dns-wildcard', [
  ['the same addresses everywhere', {}, 'pass'],
  [
    'the same set in another order',
    {
      lookups: lookups(HOST, { first: REORDERED, zone: REORDERED }),
      ...withControl(
        { lookups: lookups('c', { first: REORDERED, zone: REORDERED }) },
        { management: { addresses: observed([V4, '66.241.124.2', V6]) } },
      ),
    },
    'pass',
  ],
  [
    'a subset of the control’s addresses',
    {
      lookups: lookups(HOST),
      ...withControl(
        { lookups: lookups('c', { first: REORDERED, zone: REORDERED }) },
        { management: { addresses: observed([V4, '66.241.124.2', V6]) } },
      ),
    },
    'fail',
    'differs-from-control',
  ],
  ['another address', { lookups: lookups(HOST, { first: OWN, zone: OWN }) }, 'fail', 'differs-from-control'],
  [
    'the same addresses by an alias of its own',
    { lookups: lookups(HOST, { first: ALIASED, zone: ALIASED }) },
    'fail',
    'differs-from-control',
  ],
  [
    'the same alias as the control',
    {
      lookups: lookups(HOST, { first: ALIASED, zone: ALIASED }),
      ...withControl({ lookups: lookups('c', { first: ALIASED, zone: ALIASED }) }),
    },
    'pass',
  ],
  [
    'the same alias as the control, alone at the zone',
    { lookups: lookups(HOST, { first: ALIASED, zone: aliasAlone('edge.example') }), ...wildcardByAlias },
    'pass',
  ],
  [
    'another alias than the control, alone at the zone',
    { lookups: lookups(HOST, { first: OWN, zone: aliasAlone('sp-x.fly.dev') }), ...wildcardByAlias },
    'fail',
    'differs-from-control',
  ],
  [
    'the same alias as the control at the zone, and another answer in a cache',
    {
      lookups: lookups(HOST, { first: ALIASED, second: OWN, zone: aliasAlone('edge.example') }),
      ...wildcardByAlias,
    },
    'fail',
    'cached-answer',
  ],
  [
    'a record of another type at the zone, where the control has an alias',
    { lookups: lookups(HOST, { first: EMPTY, zone: EMPTY }), ...wildcardByAlias },
    'fail',
    'no-data',
  ],
  [
    'an alias that leads nowhere',
    {
      lookups: lookups(HOST, {
        zone: { ipv4: answer([], { rcode: 'NXDOMAIN', cnames: ['gone.example'] }), ipv6: NODATA },
      }),
    },
    'fail',
    'differs-from-control',
  ],
  [
    'no IPv6 here and none of the control',
    {
      lookups: lookups(HOST, { first: NO_IPV6, zone: NO_IPV6 }),
      ...withControl({ lookups: lookups('c', { first: NO_IPV6, zone: NO_IPV6 }) }),
    },
    'pass',
  ],
  [
    'no IPv6 while the control has it',
    { lookups: lookups(HOST, { first: NO_IPV6, zone: NO_IPV6 }) },
    'fail',
    'family-missing',
  ],
  ['NODATA', { lookups: lookups(HOST, { first: EMPTY, zone: EMPTY }) }, 'fail', 'no-data'],
  ['NXDOMAIN', { lookups: lookups(HOST, { first: ABSENT, zone: ABSENT }) }, 'fail', 'nxdomain'],
  ['NXDOMAIN at one resolver alone', { lookups: lookups(HOST, { second: ABSENT }) }, 'fail', 'nxdomain'],
  ['one resolver fails, the other decides', { lookups: lookups(HOST, { second: SILENT }) }, 'pass'],
  ['one resolver answers SERVFAIL, the other decides', { lookups: lookups(HOST, { second: SICK }) }, 'pass'],
  [
    'no resolver answers, though they do for the control names',
    { lookups: lookups(HOST, { first: SILENT, zone: null }) },
    'fail',
    'lookup-failing',
  ],
  [
    'no resolver answers, neither for the control names',
    {
      lookups: lookups(HOST, { first: SILENT, zone: null }),
      ...withControl({ lookups: lookups('control', { first: SILENT, zone: null }) }),
    },
    'unknown',
    'no-resolver-answered',
  ],
  [
    'the only resolver does not answer',
    { lookups: lookups(HOST, { first: SILENT, zone: null }).slice(0, 1) },
    'unknown',
    'no-resolver-answered',
  ],
  [
    'one resolver fails for the name, the other for everything',
    {
      lookups: lookups(HOST, { first: SILENT, zone: null }),
      ...withControl({ lookups: lookups('control', { second: SILENT, zone: null }) }),
    },
    'unknown',
    'no-resolver-answered',
  ],
  [
    'no resolver answers, the zone is right',
    { lookups: lookups(HOST, { first: SILENT }) },
    'fail',
    'lookup-failing',
  ],
  [
    'no resolver answers, the zone has an answer of its own',
    { lookups: lookups(HOST, { first: SILENT, zone: OWN }) },
    'fail',
    'differs-from-control',
  ],
  [
    'the zone is right, a resolver lags',
    { lookups: lookups(HOST, { second: OWN }) },
    'fail',
    'cached-answer',
  ],
  [
    'the zone is right, a resolver lags, the wildcard has just moved',
    { lookups: lookups(HOST, { second: OWN }), platform: moved },
    'warn',
    'cached-answer',
  ],
  [
    'resolvers disagree, the zone not asked',
    { lookups: lookups(HOST, { second: OWN, zone: null }) },
    'fail',
    'resolvers-disagree',
  ],
  [
    'all differ within the TTL of what was',
    { lookups: lookups(HOST, { first: OWN, zone: null }), platform: moved },
    'unknown',
    'cached-answer',
  ],
  [
    'all differ past that TTL',
    { lookups: lookups(HOST, { first: OWN, zone: null }), platform: platform({ previousAnswerUntil: NOW }) },
    'fail',
    'differs-from-control',
  ],
  [
    'a resolver that lies of the control as well is left aside',
    { lookups: lookups(HOST, { second: OWN }), ...withControl({ lookups: lookups('c', { second: OWN }) }) },
    'pass',
  ],
  [
    'as the control, outside the management app',
    {
      lookups: lookups(HOST, { first: OWN, zone: OWN }),
      ...withControl({ lookups: lookups('c', { first: OWN, zone: OWN }) }),
    },
    'fail',
    'outside-management-addresses',
  ],
  [
    'as the control, behind a proxied edge',
    {
      lookups: lookups(HOST, { first: OWN, zone: OWN }),
      ...withControl({ lookups: lookups('c', { first: OWN, zone: OWN }) }),
    },
    'pass',
    undefined,
    { edge: 'proxied' },
  ],
  [
    'as the control, the addresses not known',
    {
      lookups: lookups(HOST, { first: OWN, zone: OWN }),
      ...withControl(
        { lookups: lookups('c', { first: OWN, zone: OWN }) },
        { management: { addresses: skipped('no-fly') } },
      ),
    },
    'pass',
  ],
  [
    'neither resolves',
    {
      lookups: lookups(HOST, { first: EMPTY, zone: EMPTY }),
      ...withControl({ lookups: lookups('c', { first: EMPTY, zone: EMPTY }) }),
    },
    'fail',
    'control-unresolved',
  ],
  [
    'it resolves while the control does not',
    withControl({ lookups: lookups('c', { first: EMPTY, zone: EMPTY }) }),
    'unknown',
    'control-unresolved',
  ],
  ['no control was asked for', { platform: platform({ controls: [] }) }, 'unknown', 'control-unresolved'],
  ['a custom domain at its target', { tenant: { hostname: 'shop.example.com' } }, 'skipped', 'custom-domain'],
  [
    'a custom domain astray',
    { tenant: { hostname: 'shop.example.com' }, lookups: lookups('shop.example.com', { first: OWN }) },
    'fail',
    'not-a-target',
  ],
  [
    'a custom domain on the tenant’s app',
    { tenant: { hostname: 'shop.example.com' }, lookups: lookups('shop.example.com', { first: OWN }) },
    'skipped',
    'custom-domain',
    { customDomainsOn: 'tenant' },
  ],
  [
    'a custom domain of whose alias the zone that is asked holds nothing more',
    {
      tenant: { hostname: 'shop.example.com' },
      lookups: lookups('shop.example.com', { zone: aliasAlone('edge.example') }),
    },
    'skipped',
    'custom-domain',
  ],
  [
    'a custom domain that does not exist',
    {
      tenant: { hostname: 'shop.example.com' },
      lookups: lookups('shop.example.com', { first: ABSENT, zone: ABSENT }),
    },
    'fail',
    'nxdomain',
  ],
]);

table('tls-handshake', [
  ['every address', {}, 'pass'],
  ['no route to IPv6', { handshakes: [...attempts(V4, ['ok']), ...attempts(V6, [NO_ROUTE])] }, 'pass'],
  [
    'no route to IPv6, EOF on IPv4',
    { handshakes: [...attempts(V4, [EOF, EOF]), ...attempts(V6, [NO_ROUTE])] },
    'fail',
    'eof-during-handshake',
  ],
  ['no route to any', { handshakes: handshakes([NO_ROUTE]) }, 'unknown', 'no-route'],
  ['EOF on every address', { handshakes: REFUSED }, 'fail', 'eof-during-handshake'],
  [
    'a reset on every address',
    { handshakes: handshakes([failed('handshake', 'reset')]) },
    'fail',
    'reset-during-handshake',
  ],
  [
    'refused while connecting',
    { handshakes: handshakes([failed('connect', 'refused')]) },
    'fail',
    'refused-during-connect',
  ],
  [
    'EOF on one of two',
    { handshakes: [...attempts(V4, [EOF]), ...attempts(V6, ['ok'])] },
    'fail',
    'some-addresses-fail',
  ],
  [
    'the first failed, every repeat succeeded',
    { handshakes: handshakes([EOF, 'ok', 'ok']) },
    'warn',
    'intermittent',
  ],
  ['a repeat failed as well', { handshakes: handshakes([EOF, 'ok', EOF]) }, 'fail', 'intermittent'],
  [
    'we stopped before the end',
    { handshakes: [...attempts(V4, ['ok']), ...attempts(V6, [failed('handshake', 'aborted')])] },
    'unknown',
    'aborted-during-handshake',
  ],
  [
    'a private address that we may not try',
    { handshakes: attempts('10.0.0.1', [failed('connect', 'address-forbidden')]) },
    'unknown',
    'address-forbidden-during-connect',
  ],
  ['no address at all', { lookups: lookups(HOST, { first: EMPTY }), handshakes: [] }, 'fail', 'no-address'],
  [
    'no resolver answered',
    { lookups: lookups(HOST, { first: SILENT }), handshakes: [] },
    'unknown',
    'no-resolver-answered',
  ],
  [
    'fine at the proxied edge, EOF behind it',
    { managementHandshakes: REFUSED },
    'fail',
    'eof-during-handshake',
    { edge: 'proxied' },
  ],
  ['EOF behind does not count with a direct edge', { managementHandshakes: REFUSED }, 'pass'],
  [
    'no route behind the proxied edge',
    { managementHandshakes: handshakes([NO_ROUTE]) },
    'pass',
    undefined,
    { edge: 'proxied' },
  ],
  [
    'EOF only where a lying resolver leads',
    {
      lookups: lookups(HOST, { second: OWN }),
      handshakes: [...handshakes(), ...attempts(OWN_V4, [EOF])],
      ...withControl({ lookups: lookups('c', { second: OWN }) }),
    },
    'pass',
  ],
]);

const serving = (changes: Parameters<typeof certificate>[0]): TenantChanges => ({
  handshakes: handshakes(['ok'], certificate(changes)),
});

table('certificate-validity', [
  ['good', {}, 'pass'],
  ['14 days left', serving({ notAfter: NOW + 14 * DAY_MS }), 'pass'],
  ['a moment less than 14 days', serving({ notAfter: NOW + 14 * DAY_MS - 1 }), 'warn', 'expires-soon'],
  ['3 days left', serving({ notAfter: NOW + 3 * DAY_MS }), 'warn', 'expires-soon'],
  ['a moment less than 3 days', serving({ notAfter: NOW + 3 * DAY_MS - 1 }), 'fail', 'expires-soon'],
  ['its last moment', serving({ notAfter: NOW }), 'fail', 'expires-soon'],
  ['past its last moment', serving({ notAfter: NOW - 1 }), 'fail', 'expired'],
  ['its first moment', serving({ notBefore: NOW }), 'pass'],
  ['before its first moment', serving({ notBefore: NOW + 1 }), 'fail', 'not-yet-valid'],
  ['another name', serving({ names: ['other.systemprompt.io'] }), 'fail', 'name-mismatch'],
  ['a wildcard two levels up', serving({ names: ['*.io'] }), 'fail', 'name-mismatch'],
  ['the name in capitals', serving({ names: [HOST.toUpperCase()] }), 'pass'],
  ['an incomplete chain', serving({ trust: 'incomplete-chain' }), 'fail', 'untrusted'],
  ['no handshake succeeded', UNREACHABLE, 'skipped', 'no-certificate'],
  [
    'bad at one address only',
    {
      handshakes: [
        ...attempts(V4, ['ok']),
        ...attempts(V6, ['ok'], certificate({ trust: 'self-signed', fingerprint: 'b' })),
      ],
    },
    'fail',
    'untrusted',
  ],
  [
    'the same one, without its intermediate at one address only',
    {
      handshakes: [
        ...attempts(V4, ['ok']),
        ...attempts(V6, ['ok'], certificate({ trust: 'incomplete-chain' })),
      ],
    },
    'fail',
    'untrusted',
  ],
]);

it('name, chain and dates are all reported when all are wrong', () => {
  const all = serving({ names: [], trust: 'self-signed', notAfter: NOW - 1 });
  const check = checkOf(judgeTenant(tenant(all), settings()), 'certificate-validity');
  for (const text of ['does not cover', 'trusted root', 'expired'])
    assert.ok(check.summary.includes(text), check.summary);
});

table('site-response', [
  ['200', {}, 'pass'],
  [
    'a status that is expected by the settings',
    { site: observed(http(302)) },
    'pass',
    undefined,
    { expectedStatus: [200, 302] },
  ],
  ['302', { site: observed(http(302)) }, 'fail', 'unexpected-status'],
  ['499', { site: observed(http(499)) }, 'fail', 'unexpected-status'],
  ['500', { site: observed(http(500)) }, 'fail', 'server-error'],
  [
    '200 as an unknown name gets',
    { site: observed(http(200)), ...withControl({ site: observed(http(200)) }) },
    'warn',
    'same-as-control',
  ],
  [
    '200 with another body than an unknown name gets',
    { site: observed(http(200)), ...withControl({ site: observed(http(200, { bodyDigest: 'other' })) }) },
    'pass',
  ],
  ['200 and no control answered', withControl({ site: skipped('not-needed') }), 'pass'],
  ['a handshake that failed', UNREACHABLE, 'fail', 'no-connection'],
  [
    'a handshake that nobody could try',
    { handshakes: handshakes([NO_ROUTE]), site: skipped('no-connection') },
    'unknown',
    'no-connection',
  ],
  [
    'a blip before the request',
    { handshakes: handshakes([EOF, 'ok', 'ok']), site: skipped('no-connection') },
    'unknown',
    'no-connection',
  ],
  ['a timeout', { site: failed('request', 'timeout') }, 'fail', 'timeout-during-request'],
  [
    'an alert in the middle of the answer',
    { site: failed('request', 'alert') },
    'fail',
    'alert-during-request',
  ],
  ['stopped by ourselves', { site: failed('request', 'aborted') }, 'unknown', 'aborted-during-request'],
  ['asleep', { site: skipped('asleep') }, 'skipped', 'asleep'],
  ['the site’s own 502, unlike the control’s', { site: observed(http(502)) }, 'fail', 'server-error'],
  ['the control’s 502', { site: observed(NO_SUCH_TENANT) }, 'fail', 'server-error'],
]);

table('direct-response', [
  ['200', {}, 'pass'],
  ['499', { direct: observed(http(499)) }, 'pass'],
  ['500 while the site passes', { direct: observed(http(500)) }, 'warn', 'server-error'],
  [
    '500 while the site fails',
    { direct: observed(http(500)), site: observed(http(500)) },
    'fail',
    'server-error',
  ],
  [
    '500 while the site is a catch-all',
    { direct: observed(http(500)), ...withControl({ site: observed(http(200)) }) },
    'warn',
    'server-error',
  ],
  [
    'a name without an address, the site fine',
    { direct: failed('resolve', 'no-address') },
    'warn',
    'no-address-during-resolve',
  ],
  ['a resolver that fails', { direct: failed('resolve', 'timeout') }, 'unknown', 'timeout-during-resolve'],
  ['asleep', { direct: skipped('asleep') }, 'skipped', 'asleep'],
]);

const holding = (...claims: readonly ReturnType<typeof claim>[]): TenantChanges => ({
  platform: platform({ management: { certificates: observed(claims) } }),
});
const exact = (changes: Parameters<typeof claim>[2]): ReturnType<typeof claim> =>
  claim(HOST, MANAGEMENT, changes);

table('management-certificate', [
  ['the wildcard', {}, 'pass'],
  ['the exact name alone', holding(exact({})), 'pass'],
  ['nothing', holding(), 'fail', 'not-covered'],
  ['a wildcard of another level', holding(claim(`*.${HOST}`, MANAGEMENT)), 'fail', 'not-covered'],
  ['an expired wildcard', holding({ ...WILDCARD, expiresAt: NOW }), 'fail', 'expired'],
  ['a wildcard with a moment left', holding({ ...WILDCARD, expiresAt: NOW + 1 }), 'pass'],
  [
    'the exact one awaiting beside the wildcard',
    holding(WILDCARD, exact({ state: 'awaiting-issuance' })),
    'warn',
    'awaiting-issuance',
  ],
  [
    'the exact one awaiting alone',
    holding(exact({ state: 'awaiting-configuration' })),
    'fail',
    'awaiting-configuration',
  ],
  ['a state in unknown words', holding({ ...WILDCARD, state: 'unknown' }), 'unknown', 'malformed-during-api'],
  [
    'a list that is not known',
    { platform: platform({ management: { certificates: failed('api', 'timeout') } }) },
    'unknown',
    'timeout-during-api',
  ],
  [
    'not asked',
    { platform: platform({ management: { certificates: skipped('no-fly') } }) },
    'skipped',
    'no-fly',
  ],
  [
    'a custom domain on the tenant’s app',
    { tenant: { hostname: 'shop.example.com' } },
    'skipped',
    'custom-domain',
    { customDomainsOn: 'tenant' },
  ],
  [
    'a custom domain that the management app does not hold',
    { tenant: { hostname: 'shop.example.com' } },
    'fail',
    'not-covered',
  ],
]);

const machines = (...list: readonly ReturnType<typeof machine>[]): TenantChanges => ({
  machines: observed(list),
});

table('machines-started', [
  ['one started', {}, 'pass'],
  ['one started, one stopped for good', machines(machine(), STOPPED), 'pass'],
  ['all asleep, each may be started', machines(ASLEEP, machine({ state: 'suspended' })), 'pass'],
  ['one of the sleepers may not be started', machines(ASLEEP, STOPPED), 'fail', 'none-started'],
  [
    'whether a sleeper may be started is not known',
    machines(ASLEEP, machine({ state: 'stopped', autostart: null })),
    'unknown',
    'autostart-unknown',
  ],
  ['none at all', machines(), 'fail', 'no-machines'],
  ['only destroyed ones', machines(machine({ state: 'destroyed' })), 'fail', 'no-machines'],
  ['one on its way up', machines(machine({ state: 'starting' })), 'warn', 'none-started'],
  ['started and crashing', machines(machine({ crashing: true })), 'warn', 'crashing'],
  ['stopped by a crash', machines(machine({ state: 'stopped', crashing: true })), 'fail', 'crashing'],
  ['failed', machines(machine({ state: 'failed' })), 'fail', 'crashing'],
  [
    'a state that we cannot read',
    machines(STOPPED, machine({ state: 'unknown' })),
    'unknown',
    'incomplete-during-api',
  ],
  ['an app that Fly does not know', { machines: failed('api', 'not-found') }, 'fail', 'app-missing'],
  ['a region that is missing', { machines: failed('api', 'incomplete') }, 'unknown', 'incomplete-during-api'],
]);

table('hostname-claims', [
  ['nobody else', {}, 'pass'],
  ['another app', { otherClaims: observed([claim(HOST, 'intruder')]) }, 'fail', 'claimed-elsewhere'],
  ['no inventory', { otherClaims: skipped('needs-inventory') }, 'skipped', 'needs-inventory'],
  [
    'an inventory with holes',
    { otherClaims: failed('api', 'incomplete') },
    'unknown',
    'incomplete-during-api',
  ],
]);

describe('the verdict over the checks', () => {
  const verdict = (...results: readonly (readonly [CheckId, Verdict])[]): Verdict =>
    verdictOf(
      results.map(([id, is]) => ({
        id,
        verdict: is,
        reason: null,
        summary: '',
        evidence: {},
        durationMs: 0,
      })),
    );

  for (const [fact, results, expected] of [
    [
      'all pass',
      [
        ['tls-handshake', 'pass'],
        ['direct-response', 'pass'],
      ],
      'pass',
    ],
    [
      'a required check is unknown',
      [
        ['tls-handshake', 'unknown'],
        ['direct-response', 'pass'],
      ],
      'unknown',
    ],
    [
      'another check is unknown',
      [
        ['tls-handshake', 'pass'],
        ['machines-started', 'unknown'],
      ],
      'warn',
    ],
    [
      'a failure outweighs a required unknown',
      [
        ['tenant-certificates', 'unknown'],
        ['tls-handshake', 'fail'],
      ],
      'fail',
    ],
    [
      'a required unknown outweighs a warning',
      [
        ['site-response', 'unknown'],
        ['direct-response', 'warn'],
      ],
      'unknown',
    ],
    [
      'skipped beside pass',
      [
        ['site-response', 'skipped'],
        ['tls-handshake', 'pass'],
      ],
      'pass',
    ],
    ['all skipped', [['site-response', 'skipped']], 'skipped'],
  ] as const) {
    it(`${fact}: ${expected}`, () => {
      assert.equal(verdict(...results), expected);
    });
  }
});

it('without the API nothing of it is required', () => {
  const noFly = skipped('no-fly');
  const checks = judgeTenant(
    tenant({
      certificates: noFly,
      machines: noFly,
      otherClaims: noFly,
      platform: platform({ management: { certificates: noFly, machines: noFly, addresses: noFly } }),
    }),
    settings(),
  );
  assert.equal(verdictOf(checks), 'pass');
});
