import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  MONITOR_PROBLEMS,
  PLATFORM_PROBLEMS,
  TENANT_PROBLEMS,
  type ProblemCode,
} from '../../src/model/problem.ts';
import type { SharedResult } from '../../src/diagnosis/index.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Platform } from '../../src/model/platform.ts';
import { DAY_MS } from '../../src/model/time.ts';
import type { Certainty, Severity } from '../../src/model/verdict.ts';
import { diagnosed } from '../support/diagnosing.ts';
import {
  ABSENT,
  answer,
  APP,
  ASLEEP,
  attempts,
  certificate,
  claim,
  CONTROLS_REFUSED,
  DOMAIN,
  EMPTY,
  EOF,
  failed,
  handshakes,
  HOST,
  http,
  lookups,
  machine,
  MANAGEMENT,
  MISPLACED,
  NODATA,
  NO_ROUTE,
  NO_SUCH_TENANT,
  NOW,
  NXDOMAIN,
  observed,
  OWN,
  OWN_V4,
  platform,
  REFUSED,
  RIGHT,
  SERVFAIL,
  SILENT,
  skipped,
  STOPPED,
  UNREACHABLE,
  V4,
  V6,
  WILDCARD,
  type PlatformChanges,
  type TenantChanges,
} from '../support/snapshots.ts';

const NO_ADDRESS = { handshakes: [], site: skipped('no-connection') } satisfies TenantChanges;
const SICK = { ipv4: SERVFAIL, ipv6: SERVFAIL };
/** The zone's own servers name an alias alone where others hold its addresses. */
const aliasAlone = (target: string) => ({
  ipv4: answer([], { cnames: [target] }),
  ipv6: answer([], { cnames: [target] }),
});
const TURNED_AWAY = { ipv4: answer([], { rcode: 'REFUSED' }), ipv6: answer([], { rcode: 'REFUSED' }) };
const REFERRED = { ipv4: failed('resolve', 'redirected'), ipv6: failed('resolve', 'redirected') };
const STOPPED_BY_US = failed('resolve', 'aborted');
const API_DOWN = failed('api', 'server-error');
const TIMED_OUT = failed('request', 'timeout');

type Row = readonly [
  fact: string,
  changes: TenantChanges,
  code: ProblemCode | null,
  certainty?: Certainty,
  severity?: Severity,
  platformSettings?: Partial<Platform>,
];

const TENANT: readonly Row[] = [
  [
    'a claim and EOF',
    { ...UNREACHABLE, certificates: observed([MISPLACED]) },
    'certificate-on-tenant-app',
    'certain',
    'critical',
  ],
  [
    'a claim of another name',
    { certificates: observed([claim(`b.${DOMAIN}`, APP)]) },
    'certificate-on-tenant-app',
    'certain',
    'warning',
  ],
  [
    'a foreign claim and EOF',
    { ...UNREACHABLE, otherClaims: observed([claim(HOST, 'sp-bbbbbbbbbbbb')]) },
    'certificate-on-foreign-app',
    'certain',
    'critical',
  ],
  [
    'a foreign claim while all is fine',
    { otherClaims: observed([claim(HOST, 'intruder')]) },
    'certificate-on-foreign-app',
    'certain',
    'warning',
  ],
  [
    'an answer of its own, at the zone',
    {
      lookups: lookups(HOST, { first: OWN, zone: OWN }),
      handshakes: attempts(OWN_V4, [EOF, EOF]),
      site: skipped('no-connection'),
    },
    'dns-override',
    'certain',
    'critical',
  ],
  [
    'an answer of its own at the zone, still cached away',
    { lookups: lookups(HOST, { zone: OWN }) },
    'dns-override',
    'certain',
    'warning',
  ],
  [
    'an answer of its own, the zone not asked',
    { lookups: lookups(HOST, { first: OWN, zone: null }), handshakes: attempts(OWN_V4, ['ok']) },
    'dns-override',
    'likely',
    'warning',
  ],
  [
    'an alias of its own to the same addresses',
    {
      lookups: lookups(HOST, {
        first: {
          ipv4: answer([V4], { cnames: ['sp-x.fly.dev'] }),
          ipv6: answer([V6], { cnames: ['sp-x.fly.dev'] }),
        },
        zone: null,
      }),
    },
    'dns-override',
    'likely',
    'warning',
  ],
  [
    'an alias of its own, at a zone whose wildcard is an alias',
    {
      lookups: lookups(HOST, { first: OWN, zone: aliasAlone('sp-x.fly.dev') }),
      handshakes: attempts(OWN_V4, ['ok']),
      platform: platform({
        control: {
          lookups: lookups('control', { zone: aliasAlone('management-api-prod.fly.dev') }),
        },
      }),
    },
    'dns-override',
    'certain',
    'warning',
  ],
  [
    'a resolver that lags behind the zone',
    { lookups: lookups(HOST, { second: OWN }) },
    'dns-propagating',
    'certain',
    'warning',
  ],
  [
    'name servers of the zone that disagree',
    {
      lookups: [
        ...lookups(HOST),
        { server: '162.159.44.1:53', role: 'authoritative' as const, name: HOST, ...OWN },
      ],
    },
    'dns-propagating',
    'likely',
    'warning',
  ],
  [
    'resolvers that disagree, the zone not asked',
    { lookups: lookups(HOST, { second: OWN, zone: null }) },
    'dns-propagating',
    'likely',
    'warning',
  ],
  [
    'a former answer within its TTL, and EOF there',
    {
      lookups: lookups(HOST, { first: OWN, zone: null }),
      handshakes: attempts(OWN_V4, [EOF]),
      site: skipped('no-connection'),
      platform: platform({ previousAnswerUntil: NOW + 1 }),
    },
    'dns-propagating',
    'likely',
    'critical',
  ],
  [
    'a former answer within its TTL, and all else fine',
    {
      lookups: lookups(HOST, { first: OWN, zone: null }),
      handshakes: attempts(OWN_V4, ['ok']),
      platform: platform({ previousAnswerUntil: NOW + 1 }),
    },
    null,
  ],
  [
    'the same answer past the TTL',
    {
      lookups: lookups(HOST, { first: OWN, zone: null }),
      handshakes: attempts(OWN_V4, ['ok']),
      platform: platform({ previousAnswerUntil: NOW }),
    },
    'dns-override',
    'likely',
    'warning',
  ],
  [
    'NODATA at the zone',
    { lookups: lookups(HOST, { first: EMPTY, zone: EMPTY }), ...NO_ADDRESS },
    'dns-wildcard-shadowed',
    'certain',
    'critical',
  ],
  [
    'NODATA at all resolvers, the zone not asked',
    { lookups: lookups(HOST, { first: EMPTY, zone: null }), ...NO_ADDRESS },
    'dns-wildcard-shadowed',
    'likely',
    'critical',
  ],
  [
    'one family missing',
    {
      lookups: lookups(HOST, {
        first: { ipv4: answer([V4]), ipv6: NODATA },
        zone: { ipv4: answer([V4]), ipv6: NODATA },
      }),
      handshakes: attempts(V4, ['ok']),
    },
    'dns-wildcard-shadowed',
    'certain',
    'warning',
  ],
  [
    'NXDOMAIN everywhere',
    { lookups: lookups(HOST, { first: ABSENT, zone: ABSENT }), ...NO_ADDRESS },
    'dns-nxdomain',
    'certain',
    'critical',
  ],
  [
    'NXDOMAIN at one resolver',
    { lookups: lookups(HOST, { second: ABSENT }) },
    'dns-nxdomain',
    'likely',
    'warning',
  ],
  [
    'SERVFAIL at every resolver, which answer for the control names',
    { lookups: lookups(HOST, { first: SICK }), ...NO_ADDRESS },
    'dns-lookup-failing',
    'likely',
    'critical',
  ],
  [
    'SERVFAIL at one resolver, silence at the other, the zone fails for the name as well',
    { lookups: lookups(HOST, { first: SICK, second: SILENT, zone: SICK }), ...NO_ADDRESS },
    'dns-lookup-failing',
    'certain',
    'critical',
  ],
  [
    'REFUSED at every resolver, the zone refers to others',
    { lookups: lookups(HOST, { first: TURNED_AWAY, zone: REFERRED }), ...NO_ADDRESS },
    'dns-lookup-failing',
    'certain',
    'critical',
  ],
  [
    'the zone refers to others, whose answer the resolvers have',
    { lookups: lookups(HOST, { first: OWN, zone: REFERRED }), handshakes: attempts(OWN_V4, ['ok']) },
    'dns-override',
    'likely',
    'warning',
  ],
  [
    'SERVFAIL at one resolver, which is all there is',
    { lookups: lookups(HOST, { first: SICK, zone: null }).slice(0, 1), ...NO_ADDRESS },
    null,
  ],
  [
    'SERVFAIL for the name and for the control names',
    {
      lookups: lookups(HOST, { first: SICK }),
      ...NO_ADDRESS,
      platform: platform({ control: { lookups: lookups('control', { first: SICK }) } }),
    },
    null,
  ],
  [
    'lookups that we stopped ourselves',
    { lookups: lookups(HOST, { first: { ipv4: STOPPED_BY_US, ipv6: STOPPED_BY_US } }), ...NO_ADDRESS },
    null,
  ],
  [
    'a custom domain that leads to a server with another certificate',
    {
      tenant: { hostname: 'shop.example.com' },
      lookups: lookups('shop.example.com', { first: OWN, zone: TURNED_AWAY }),
      handshakes: attempts(
        OWN_V4,
        ['ok'],
        certificate({ names: ['old.example.com'], fingerprint: 'b' }),
        'shop.example.com',
      ),
    },
    'dns-override',
    'certain',
    'critical',
  ],
  [
    'a custom domain that one resolver of two leads elsewhere',
    {
      tenant: { hostname: 'shop.example.com' },
      lookups: lookups('shop.example.com', { second: OWN, zone: TURNED_AWAY }),
      handshakes: handshakes(['ok'], certificate({ names: ['shop.example.com', HOST] })),
      platform: platform({
        management: { certificates: observed([WILDCARD, claim('shop.example.com', MANAGEMENT)]) },
      }),
    },
    'dns-override',
    'likely',
    'warning',
  ],
  [
    'SERVFAIL at every resolver for a custom domain',
    {
      tenant: { hostname: 'shop.example.com' },
      lookups: lookups('shop.example.com', { first: SICK, zone: TURNED_AWAY }),
      ...NO_ADDRESS,
    },
    'dns-lookup-failing',
    'likely',
    'critical',
  ],
  [
    'the exact certificate awaits configuration and no wildcard serves',
    {
      ...UNREACHABLE,
      tenant: { hostname: 'shop.example.com' },
      platform: platform({
        management: {
          certificates: observed([
            WILDCARD,
            claim('shop.example.com', MANAGEMENT, { state: 'awaiting-configuration', expiresAt: null }),
          ]),
        },
      }),
    },
    'certificate-awaiting-configuration',
    'certain',
    'critical',
  ],
  [
    'the exact certificate awaits issuance and no wildcard serves',
    {
      ...UNREACHABLE,
      tenant: { hostname: 'shop.example.com' },
      platform: platform({
        management: {
          certificates: observed([
            WILDCARD,
            claim('shop.example.com', MANAGEMENT, { state: 'awaiting-issuance', expiresAt: null }),
          ]),
        },
      }),
    },
    'certificate-awaiting-issuance',
    'certain',
    'critical',
  ],
  [
    'the exact certificate awaits, the wildcard is ready, and EOF',
    {
      ...UNREACHABLE,
      platform: platform({
        management: {
          certificates: observed([
            WILDCARD,
            claim(HOST, MANAGEMENT, { state: 'awaiting-configuration', expiresAt: null }),
          ]),
        },
      }),
    },
    'certificate-awaiting-configuration',
    'likely',
    'critical',
  ],
  [
    'an expired certificate',
    { handshakes: handshakes(['ok'], certificate({ notAfter: NOW - 1, fingerprint: 'b', names: [HOST] })) },
    'served-certificate-expired',
    'certain',
    'critical',
  ],
  [
    'a certificate that is not yet valid',
    { handshakes: handshakes(['ok'], certificate({ notBefore: NOW + 1, fingerprint: 'b', names: [HOST] })) },
    'served-certificate-not-yet-valid',
    'certain',
    'critical',
  ],
  [
    'a certificate with fewer days left than the check fails at',
    {
      handshakes: handshakes(
        ['ok'],
        certificate({ notAfter: NOW + 3 * DAY_MS - 1, fingerprint: 'b', names: [HOST] }),
      ),
    },
    'served-certificate-expiring',
    'certain',
    'critical',
  ],
  [
    'a certificate near its end',
    {
      handshakes: handshakes(
        ['ok'],
        certificate({ notAfter: NOW + 3 * DAY_MS, fingerprint: 'b', names: [HOST] }),
      ),
    },
    'served-certificate-expiring',
    'certain',
    'warning',
  ],
  [
    'a certificate for another name',
    { handshakes: handshakes(['ok'], certificate({ names: ['other.example'], fingerprint: 'b' })) },
    'served-certificate-mismatched',
    'certain',
    'critical',
  ],
  [
    'a certificate of nobody’s',
    {
      handshakes: handshakes(['ok'], certificate({ trust: 'self-signed', fingerprint: 'b', names: [HOST] })),
    },
    'served-certificate-untrusted',
    'certain',
    'critical',
  ],
  [
    'EOF on one address of two',
    { handshakes: [...attempts(V4, [EOF, EOF, EOF]), ...attempts(V6, ['ok'])] },
    'edge-partial-outage',
    'certain',
    'critical',
  ],
  [
    'EOF on one address of two, the list not known',
    { handshakes: [...attempts(V4, [EOF, EOF, EOF]), ...attempts(V6, ['ok'])], certificates: API_DOWN },
    'edge-partial-outage',
    'likely',
    'critical',
  ],
  [
    'some of several fresh handshakes fail',
    { handshakes: handshakes([EOF, 'ok', EOF]) },
    'edge-partial-outage',
    'certain',
    'critical',
  ],
  [
    'one handshake failed and every fresh one succeeded',
    { handshakes: handshakes([EOF, 'ok', 'ok']) },
    'edge-partial-outage',
    'likely',
    'info',
  ],
  ['EOF, and nothing claims the name', UNREACHABLE, 'handshake-refused', 'unexplained', 'critical'],
  [
    'EOF behind the proxied edge',
    { managementHandshakes: REFUSED },
    'handshake-refused',
    'unexplained',
    'critical',
    { edge: 'proxied' },
  ],
  [
    'an app that Fly does not know',
    {
      certificates: failed('api', 'not-found'),
      machines: failed('api', 'not-found'),
      direct: failed('resolve', 'no-address'),
      site: observed(NO_SUCH_TENANT),
    },
    'tenant-app-missing',
    'certain',
    'critical',
  ],
  [
    'machines stopped that nothing may start',
    { machines: observed([STOPPED]), direct: observed(http(503)), site: observed(http(502)) },
    'tenant-app-stopped',
    'certain',
    'critical',
  ],
  [
    'no machines at all',
    { machines: observed([]), direct: observed(http(503)), site: observed(http(502)) },
    'tenant-app-stopped',
    'certain',
    'critical',
  ],
  [
    'machines that crash, and 502 directly',
    {
      machines: observed([machine({ crashing: true })]),
      direct: observed(http(502)),
      site: observed(http(502)),
    },
    'tenant-app-crashing',
    'certain',
    'critical',
  ],
  [
    'a machine that restarted while all is fine',
    { machines: observed([machine({ crashing: true })]) },
    'tenant-app-crashing',
    'likely',
    'warning',
  ],
  [
    'may be started, direct 503',
    { machines: observed([ASLEEP]), direct: observed(http(503)), site: observed(http(503)) },
    'tenant-app-wont-start',
    'certain',
    'critical',
  ],
  [
    'the control’s own answer, direct fine',
    { site: observed(NO_SUCH_TENANT) },
    'tenant-not-routed',
    'certain',
    'critical',
  ],
  [
    'the control’s own answer but for a request id',
    {
      site: observed(
        http(502, { bodyDigest: 'x', bodyPreview: `no such tenant ${HOST.slice(0, 12)}, request 01JJA7` }),
      ),
      platform: platform({
        control: {
          site: observed(
            http(502, { bodyDigest: 'y', bodyPreview: 'no such tenant k3v9x1q0, request 01KK99' }),
          ),
        },
      }),
    },
    'tenant-not-routed',
    'likely',
    'critical',
  ],
  [
    '502 unlike the control’s, direct fine',
    { site: observed(http(502)) },
    'proxy-routing-broken',
    'certain',
    'critical',
  ],
  [
    '502 and no control answer, direct fine',
    { site: observed(http(502)), platform: platform({ control: { site: skipped('not-needed') } }) },
    'proxy-routing-broken',
    'likely',
    'critical',
  ],
  [
    'a timeout through the proxy, direct fine',
    { site: TIMED_OUT },
    'proxy-routing-broken',
    'certain',
    'critical',
  ],
  [
    'the same 500 both ways',
    { site: observed(http(500)), direct: observed(http(500)) },
    'site-error',
    'certain',
    'critical',
  ],
  [
    '500, and nobody asked directly',
    { site: observed(http(500)), direct: skipped('asleep') },
    'site-error',
    'likely',
    'critical',
  ],
  [
    'the same 404 both ways',
    { site: observed(http(404)), direct: observed(http(404)) },
    'site-unexpected-status',
    'certain',
    'critical',
  ],
  [
    '404 through the proxy, 200 directly',
    { site: observed(http(404)) },
    'site-unexpected-status',
    'likely',
    'critical',
  ],
  ['direct 503, the site fine', { direct: observed(http(503)) }, 'direct-unreachable', 'certain', 'warning'],
  [
    'an unknown name gets the same answer',
    { platform: platform({ control: { site: observed(http(200)) } }) },
    'site-indistinguishable',
    'certain',
    'warning',
  ],
];

const shared = (changes: PlatformChanges): TenantChanges => ({ platform: platform(changes) });
const CONTROL_EMPTY = {
  control: {
    lookups: lookups('c', { first: EMPTY, zone: EMPTY }),
    handshakes: [],
    site: skipped('no-connection'),
  },
};
const EXPIRED = certificate({ notAfter: NOW - 1 });

const PLATFORM: readonly Row[] = [
  ['control names do not resolve', shared(CONTROL_EMPTY), 'wildcard-dns-broken', 'certain', 'critical'],
  [
    'control names resolve elsewhere',
    shared({ control: { lookups: lookups('c', { first: OWN, zone: OWN }) } }),
    'wildcard-dns-broken',
    'certain',
    'critical',
  ],
  [
    'another app claims the wildcard, and EOF',
    shared({ ...CONTROLS_REFUSED, wildcardClaims: observed([claim(`*.${DOMAIN}.`, 'intruder')]) }),
    'wildcard-claimed-elsewhere',
    'certain',
    'critical',
  ],
  [
    'another app claims the wildcard, and nothing fails yet',
    shared({ wildcardClaims: observed([claim(`*.${DOMAIN}`, 'intruder')]) }),
    'wildcard-claimed-elsewhere',
    'certain',
    'warning',
  ],
  ['two control names get EOF', shared(CONTROLS_REFUSED), 'platform-tls-outage', 'certain', 'critical'],
  [
    'two control names get EOF, the claims not known',
    shared({ ...CONTROLS_REFUSED, wildcardClaims: skipped('needs-inventory') }),
    'platform-tls-outage',
    'likely',
    'critical',
  ],
  [
    'no wildcard certificate, and EOF',
    shared({ ...CONTROLS_REFUSED, management: { certificates: observed([]) } }),
    'wildcard-certificate-missing',
    'certain',
    'critical',
  ],
  [
    'no wildcard certificate in the list',
    shared({ management: { certificates: observed([]) } }),
    'wildcard-certificate-missing',
    'certain',
    'warning',
  ],
  [
    'a wildcard certificate for another name is served',
    shared({ control: { handshakes: handshakes(['ok'], certificate({ names: ['*.fly.dev'] })) } }),
    'wildcard-certificate-invalid',
    'certain',
    'critical',
  ],
  [
    'a certificate of an unknown authority is served under the wildcard',
    shared({ control: { handshakes: handshakes(['ok'], certificate({ trust: 'unknown-issuer' })) } }),
    'wildcard-certificate-invalid',
    'certain',
    'critical',
  ],
  [
    'what is served under the wildcard is not trusted, and none is held',
    shared({
      control: { handshakes: handshakes(['ok'], certificate({ trust: 'self-signed' })) },
      management: { certificates: observed([]) },
    }),
    'wildcard-certificate-invalid',
    'certain',
    'critical',
  ],
  [
    'the wildcard certificate has expired',
    shared({ control: { handshakes: handshakes(['ok'], EXPIRED) } }),
    'wildcard-certificate-expired',
    'certain',
    'critical',
  ],
  [
    'the wildcard certificate ends in 13 days',
    shared({ management: { certificates: observed([{ ...WILDCARD, expiresAt: NOW + 13 * DAY_MS }]) } }),
    'wildcard-certificate-expiring',
    'certain',
    'warning',
  ],
  [
    'the wildcard certificate ends in 2 days',
    shared({ management: { certificates: observed([{ ...WILDCARD, expiresAt: NOW + 2 * DAY_MS }]) } }),
    'wildcard-certificate-expiring',
    'certain',
    'critical',
  ],
  [
    'the management app’s machines are down',
    shared({ management: { machines: observed([STOPPED]) } }),
    'management-app-down',
    'certain',
    'critical',
  ],
  [
    'the management app’s health URL fails',
    shared({ management: { health: observed(http(500)) } }),
    'management-app-down',
    'certain',
    'critical',
  ],
  [
    'control names answer 502, which proves nothing',
    shared({ control: { site: observed(http(502)) } }),
    null,
  ],
];

const DEAD = failed('connect', 'timeout');
const CONTROL_LOST = {
  control: {
    lookups: lookups('c', { first: SILENT, zone: SILENT }),
    handshakes: handshakes([DEAD]),
    site: skipped('no-connection'),
  },
} as const;

const MONITOR: readonly Row[] = [
  [
    'nothing succeeds at all',
    shared({
      ...CONTROL_LOST,
      monitor: { flyApi: failed('api', 'timeout'), witnesses: [{ name: 'w', result: DEAD }] },
    }),
    'monitor-network-down',
    'certain',
    'critical',
  ],
  [
    'a single witness answers',
    shared({
      ...CONTROL_LOST,
      monitor: {
        flyApi: failed('api', 'timeout'),
        witnesses: [{ name: '1.1.1.1:53', result: observed({ connectMs: 9 }) }],
      },
    }),
    'resolver-failing',
    'certain',
    'critical',
  ],
  [
    'the API answers 500',
    shared({ monitor: { flyApi: API_DOWN } }),
    'fly-api-unavailable',
    'certain',
    'warning',
  ],
  [
    'the API rejects the token',
    shared({ monitor: { flyApi: failed('api', 'unauthorized') } }),
    'fly-token-rejected',
    'certain',
    'critical',
  ],
  [
    'the API answers 429',
    shared({ monitor: { flyApi: failed('api', 'rate-limited') } }),
    'fly-rate-limited',
    'certain',
    'warning',
  ],
  [
    'one resolver is dead',
    shared({ control: { lookups: lookups('c', { second: SILENT }) } }),
    'resolver-failing',
    'certain',
    'warning',
  ],
  [
    'one resolver lies',
    shared({ control: { lookups: lookups('c', { second: OWN }) } }),
    'resolver-failing',
    'certain',
    'warning',
  ],
  [
    'many names fail at once',
    shared({ monitor: { throttled: true } }),
    'probe-throttled',
    'likely',
    'warning',
  ],
  [
    'the clock is 61 s ahead',
    shared({ monitor: { clock: observed({ skewMs: 61_000, samples: 3 }) } }),
    'monitor-clock-skewed',
    'certain',
    'warning',
  ],
  [
    'the clock is 60 s behind',
    shared({ monitor: { clock: observed({ skewMs: -60_000, samples: 3 }) } }),
    null,
  ],
];

for (const [scope, rows, all] of [
  ['tenant', TENANT, TENANT_PROBLEMS],
  ['platform', PLATFORM, PLATFORM_PROBLEMS],
  ['monitor', MONITOR, MONITOR_PROBLEMS],
] as const) {
  describe(`problems of the ${scope}`, () => {
    for (const [fact, changes, code, certainty, severity, platformSettings] of rows) {
      it(`${fact}: ${code ?? 'nothing'}`, () => {
        const { shared: found, result } = diagnosed(changes, platformSettings);
        const diagnosis = scope === 'tenant' ? result.diagnosis : found[scope].diagnosis;
        assert.equal(
          diagnosis?.code ?? null,
          code,
          JSON.stringify(result.checks.map(({ summary }) => summary)),
        );
        if (diagnosis === null) return;
        assert.equal(diagnosis.certainty, certainty);
        assert.equal(diagnosis.severity, severity);
        assert.equal(diagnosis.scope, scope);
        assert.ok(
          diagnosis.evidence.length >= 2 && diagnosis.evidence.length <= 4,
          diagnosis.evidence.join('\n'),
        );
        assert.match(diagnosis.summary, /^[^\n]{10,400}\.$/);
        assert.ok(diagnosis.remediation.length > 0, 'no steps');
      });
    }

    it('every code has its row', () => {
      const reached = new Set(rows.map(([, , code]) => code));
      assert.deepEqual(
        all.filter((code) => !reached.has(code)),
        [],
      );
    });
  });
}

/** Variants of each observation; together they make snapshots nobody thought of. */
const VARIANTS: { readonly [Key in keyof Required<TenantChanges>]?: readonly TenantChanges[Key][] } = {
  lookups: [RIGHT, OWN, EMPTY, ABSENT, SILENT, SICK, { ipv4: NXDOMAIN, ipv6: answer([V6]) }].flatMap(
    (first) =>
      [null, RIGHT, OWN, EMPTY, SICK, REFERRED].flatMap((zone) => [
        lookups(HOST, { first, zone }),
        lookups(HOST, { first, second: RIGHT, zone }),
      ]),
  ),
  handshakes: [
    handshakes(),
    REFUSED,
    handshakes([EOF, 'ok']),
    handshakes([NO_ROUTE]),
    [...attempts(V4, [EOF]), ...attempts(V6, ['ok'])],
    [...attempts(V4, ['ok']), ...attempts(V6, [NO_ROUTE])],
    handshakes(['ok'], EXPIRED),
    [],
  ],
  site: [
    observed(http(200)),
    observed(http(500)),
    observed(NO_SUCH_TENANT),
    skipped('no-connection'),
    skipped('asleep'),
    TIMED_OUT,
    failed('request', 'aborted'),
  ],
  direct: [
    observed(http(200)),
    observed(http(503)),
    failed('connect', 'timeout'),
    skipped('asleep'),
    failed('resolve', 'timeout'),
  ],
  certificates: [
    observed([]),
    observed([MISPLACED]),
    observed([MISPLACED, claim(`*.${HOST}`, APP), claim(`x.${HOST}`, APP)]),
    API_DOWN,
    skipped('no-fly'),
    failed('api', 'not-found'),
  ],
  machines: [
    observed([machine()]),
    observed([STOPPED]),
    observed([ASLEEP]),
    observed([]),
    API_DOWN,
    skipped('no-fly'),
    failed('api', 'not-found'),
  ],
  otherClaims: [
    observed([]),
    observed([claim(HOST, 'intruder')]),
    observed([claim(HOST, 'intruder'), claim(HOST, 'second')]),
    failed('api', 'incomplete', 'the certificates of sp-other could not be read'),
    skipped('needs-inventory'),
  ],
  edgeErrors: [0, 1, 7],
  tenant: [{}, { hostname: 'shop.example.com' }],
  platform: [
    platform(),
    ...[...PLATFORM, ...MONITOR].map(([, changes]) => changes.platform ?? platform()),
    platform({ previousAnswerUntil: NOW + 60_000 }),
    platform({ controls: [] }),
    platform({
      wildcardClaims: observed([claim(`*.${DOMAIN}`, 'one'), claim(`*.${DOMAIN}`, 'two')]),
    }),
    platform({ control: { lookups: lookups('control', { first: SILENT }).slice(0, 1) } }),
  ],
};

/** What no sentence for people may hold: a singular verb after "a and b", 1 of many, an errno, a hole. */
const UNREADABLE = [
  /\S+ and \S+ (?:claims|belongs|does|answers|gives|is|has|fails)\b(?! nothing)/,
  /, which belongs on .*, which/,
  /\b1 (?:machines|addresses|resolvers|days|names|attempts|handshakes|servers|witnesses|control names)\b/,
  /\bE[A-Z]{5,}\b|\bERR_|\bundefined\b|\bnull\b|\bNaN\b|\[object/,
  / {2}|\.\.|;\.|,\.|: \./,
];

function sharedDiagnoses({ monitor, platform: platforms }: SharedResult): readonly Diagnosis[] {
  return [monitor, platforms].flatMap(({ diagnosis, alsoFound }) => [
    ...(diagnosis === null ? [] : [diagnosis]),
    ...alsoFound,
  ]);
}

function assertReadable(text: string): void {
  for (const pattern of UNREADABLE) assert.doesNotMatch(text, pattern);
}

describe('snapshots nobody thought of', () => {
  it('are judged and diagnosed without blaming on what is not known', () => {
    const any = fc.record(
      Object.fromEntries(Object.entries(VARIANTS).map(([key, values]) => [key, fc.constantFrom(...values)])),
    ) as fc.Arbitrary<TenantChanges>;
    fc.assert(
      fc.property(any, fc.constantFrom<Platform['edge']>('direct', 'proxied'), (changes, edge) => {
        const { result, shared: found, document } = diagnosed(changes, { edge });
        const failing = new Set(
          result.checks
            .filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
            .map(({ id }) => id as string),
        );
        const all = result.diagnosis === null ? [] : [result.diagnosis, ...result.alsoFound];
        for (const { explains, evidence } of all) {
          assert.ok(explains.length > 0 && explains.every((id) => failing.has(id)));
          assert.ok(evidence.length >= 2 && evidence.length <= 4);
        }
        for (const { verdict, reason } of [
          ...result.checks,
          ...found.platform.checks,
          ...found.monitor.checks,
        ]) {
          assert.equal(reason === null, verdict === 'pass');
        }
        if (result.verdict === 'fail') {
          assert.ok(result.diagnosis !== null || result.explainedBy !== null, JSON.stringify(result.checks));
        }
        if (result.verdict === 'pass') assert.equal(result.diagnosis, null);
        const elsewhere = sharedDiagnoses(found).flatMap(({ explains }) => explains);
        const explained = new Set<string>([...elsewhere, ...all.flatMap(({ explains }) => explains)]);
        for (const { id, verdict, summary } of result.checks) {
          if (verdict === 'fail') assert.ok(explained.has(id), `nothing explains ${id}: ${summary}`);
        }
        for (const { summary } of [...result.checks, ...found.platform.checks, ...found.monitor.checks]) {
          assertReadable(summary);
        }
        for (const { summary, evidence } of [...all, ...sharedDiagnoses(found)]) {
          for (const text of [summary, ...evidence]) assertReadable(text);
        }
        assert.doesNotThrow(() => JSON.stringify(document));
      }),
      { numRuns: 2500 },
    );
  });
});
