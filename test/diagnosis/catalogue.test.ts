import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE, buildRemediation, explanationOf, runbookUrl } from '../../src/diagnosis/catalogue.ts';
import {
  MONITOR_PROBLEMS,
  PLATFORM_PROBLEMS,
  PROBLEM_CODES,
  TENANT_PROBLEMS,
} from '../../src/model/problem.ts';
import type { ProblemCode } from '../../src/model/problem.ts';
import {
  APP,
  HOSTNAME,
  PLATFORM,
  claim,
  context,
  handshake,
  lookup,
  observed,
  outline,
  shared,
  tenant,
} from './remedy-context.ts';

const refused = observed({
  rcode: 'REFUSED' as const,
  authoritative: false,
  cnames: [],
  addresses: [],
  addressCount: 0,
  ttlSeconds: null,
});

/** DESIGN: which problems end without anybody acting. */
const CURED_BY_WAITING: readonly ProblemCode[] = [
  'fly-api-unavailable',
  'fly-rate-limited',
  'probe-throttled',
  'monitor-network-down',
  'resolver-failing',
  'platform-tls-outage',
  'management-app-down',
  'dns-propagating',
  'dns-nxdomain',
  'certificate-awaiting-issuance',
  'dns-lookup-failing',
  'edge-partial-outage',
  'handshake-refused',
  'tenant-app-crashing',
  'tenant-app-wont-start',
  'tenant-not-routed',
  'proxy-routing-broken',
  'site-error',
  'site-unexpected-status',
];

describe('the catalogue', () => {
  for (const code of PROBLEM_CODES) {
    const problem = CATALOGUE[code];
    it(`${code} has its code, its scope and words for people`, () => {
      assert.equal(problem.code, code);
      const scope = [MONITOR_PROBLEMS, PLATFORM_PROBLEMS, TENANT_PROBLEMS].findIndex((codes) =>
        (codes as readonly string[]).includes(code),
      );
      assert.equal(problem.scope, ['monitor', 'platform', 'tenant'][scope]);
      assert.match(problem.title, /^[A-Z][^.]{8,70}$/);
      assert.match(problem.explanation, /^[A-Z].{60,600}\.$/);
      assert.match(problem.toldApartBy, /^[A-Z].{15,300}\.$/);
      assert.match(
        problem.explanation,
        /users|nobody notices|not known|cannot be|sites are not/i,
        'says what users notice',
      );
    });
    it(`${code} says whether waiting cures it`, () => {
      assert.equal(problem.curedByWaiting, CURED_BY_WAITING.includes(code));
    });
    it(`${code} has steps, the reading ones never in a loop`, () => {
      const steps = buildRemediation(code, context());
      assert.ok(steps.length > 0 && steps.length <= 12, String(steps.length));
      for (const step of steps) {
        assert.ok(step.why.length > 10);
        if (step.kind === 'command') assert.doesNotMatch(step.command, /^watch |\bwhile\b|\n/);
        else assert.doesNotMatch(step.text, /check your/i);
      }
      assert.ok(steps.filter((step) => step.kind === 'command' && step.effect === 'revalidates').length <= 1);
    });
    it(`${code} ends with a proof wherever something was changed`, () => {
      const steps = buildRemediation(code, context());
      const lastChange = steps.findLastIndex((step) => step.kind === 'command' && step.effect === 'changes');
      const lastProof = steps.findLastIndex(
        (step) => step.kind === 'command' && step.command.startsWith('tenantwatch verify'),
      );
      assert.ok(lastChange < lastProof || lastChange === -1);
    });
  }
  it('gives each problem an absolute page', () => {
    assert.equal(runbookUrl('dns-override', PLATFORM), 'https://tw.example.com/runbooks/dns-override');
  });
});

const ADD = `fly certs add ${HOSTNAME} -a management-api-prod`;
const REMOVE = `fly certs remove ${HOSTNAME} -a ${APP} -y`;
const SHOW = `fly certs show ${HOSTNAME} -a management-api-prod`;
const VERIFY = 'tenantwatch verify 999bc6549a64 --wait 2m';
const misplaced = tenant({
  certificates: observed([claim(HOSTNAME, APP, { state: 'awaiting-configuration' })]),
});

describe('the remedy for a claim', () => {
  it('is the one of the guide: remove, add, show, verify', () => {
    const steps = buildRemediation('certificate-on-tenant-app', context({ tenant: misplaced }));
    assert.deepEqual(outline(steps), [REMOVE, ADD, SHOW, VERIFY]);
    assert.deepEqual(
      steps.map((step) => (step.kind === 'command' ? step.effect : null)),
      ['changes', 'changes', 'revalidates', 'reads'],
    );
  });
  it('omits add where the management app holds the exact certificate already', () => {
    const held = shared({
      management: {
        ...shared().management,
        certificates: observed([claim(`${HOSTNAME.toUpperCase()}.`, 'management-api-prod')]),
      },
    });
    const steps = buildRemediation(
      'certificate-on-tenant-app',
      context({ tenant: { ...misplaced, platform: held } }),
    );
    assert.deepEqual(outline(steps), [REMOVE, SHOW, VERIFY]);
  });
  it('does not omit add because of the wildcard alone, nor when the list is not known', () => {
    const unknown = shared({
      management: { ...shared().management, certificates: { outcome: 'not-taken', reason: 'no-fly' } },
    });
    assert.ok(
      outline(
        buildRemediation(
          'certificate-on-tenant-app',
          context({ tenant: { ...misplaced, platform: unknown } }),
        ),
      ).includes(ADD),
    );
  });
  it('removes the wildcard that is claimed, quoted, and adds the hostname', () => {
    const wildcard = tenant({ certificates: observed([claim('*.systemprompt.io', APP)]) });
    assert.deepEqual(outline(buildRemediation('certificate-on-tenant-app', context({ tenant: wildcard }))), [
      `fly certs remove '*.systemprompt.io' -a ${APP} -y`,
      ADD,
      SHOW,
      VERIFY,
    ]);
  });
  it('orders nothing for a claim that does not cover the hostname', () => {
    const other = tenant({ certificates: observed([claim('other.systemprompt.io', APP)]) });
    assert.deepEqual(outline(buildRemediation('certificate-on-tenant-app', context({ tenant: other }))), [
      `fly certs remove other.systemprompt.io -a ${APP} -y`,
      VERIFY,
    ]);
  });
  it('prints one removal for two spellings of one claim', () => {
    const twice = tenant({
      certificates: observed([claim(HOSTNAME, APP), claim(`${HOSTNAME.toUpperCase()}.`, APP)]),
    });
    assert.deepEqual(outline(buildRemediation('certificate-on-tenant-app', context({ tenant: twice }))), [
      REMOVE,
      ADD,
      SHOW,
      VERIFY,
    ]);
  });
  it('uses the systemprompt dialect for the management app, and fly where that has no command', () => {
    const platform = { ...PLATFORM, dialect: 'systemprompt' as const };
    assert.deepEqual(
      outline(buildRemediation('certificate-on-tenant-app', context({ tenant: misplaced, platform }))),
      [
        REMOVE,
        `systemprompt cloud certs add ${HOSTNAME}`,
        `systemprompt cloud certs show ${HOSTNAME}`,
        VERIFY,
      ],
    );
  });
  it('in a storm removes, verifies, and only mentions add', () => {
    assert.deepEqual(
      outline(buildRemediation('certificate-on-tenant-app', context({ tenant: misplaced, storm: true }))),
      [REMOVE, VERIFY, 'by hand'],
    );
  });
  it('puts the DNS record before the certificate, with the wait in between', () => {
    const both = tenant({
      certificates: observed([claim(HOSTNAME, APP)]),
      lookups: [
        lookup(HOSTNAME, '198.51.100.1:53', ['137.66.1.1'], 3600),
        lookup(HOSTNAME, '1.1.1.1:53', ['137.66.1.1'], 17),
      ],
    });
    const steps = buildRemediation(
      'certificate-on-tenant-app',
      context({ tenant: both, alsoFound: ['dns-override'] }),
    );
    const texts = steps.map((step) => (step.kind === 'command' ? step.command : step.text));
    assert.match(
      texts[1] ?? '',
      /delete the records of 999bc6549a64\.systemprompt\.io itself \(A 137\.66\.1\.1\)/,
    );
    assert.match(texts[2] ?? '', /Wait 3600 seconds/);
    assert.ok(texts.indexOf(REMOVE) > 2);
  });
  it('waits for a DNS record that is not forgotten yet, unless the site is down', () => {
    const steps = (failed: boolean) =>
      outline(
        buildRemediation(
          'certificate-on-tenant-app',
          context({
            alsoFound: ['dns-propagating'],
            tenant: tenant({
              certificates: observed([claim(HOSTNAME, APP)]),
              handshakes: [handshake('66.241.124.121', HOSTNAME, failed)],
            }),
          }),
        ),
      );
    assert.deepEqual(steps(false).slice(0, 2), ['by hand', REMOVE]);
    assert.equal(steps(true)[0], REMOVE);
  });
  it('of another app names that app and shows its list first', () => {
    const foreign = tenant({ otherClaims: observed([claim(HOSTNAME, 'blog-prod')]) });
    assert.deepEqual(outline(buildRemediation('certificate-on-foreign-app', context({ tenant: foreign }))), [
      'fly certs list -a blog-prod',
      `fly certs remove ${HOSTNAME} -a blog-prod -y`,
      ADD,
      SHOW,
      VERIFY,
    ]);
  });
  it('gives no command for a hostname with shell characters, and does not repeat it', () => {
    const hostile = tenant({ certificates: observed([claim('$(reboot).systemprompt.io', APP)]) });
    const [step] = buildRemediation('certificate-on-tenant-app', context({ tenant: hostile }));
    assert.equal(step?.kind, 'manual');
    assert.doesNotMatch(JSON.stringify(step), /reboot/);
  });
});

describe('the remedy for a DNS override', () => {
  const own = tenant({
    certificates: observed([claim(HOSTNAME, APP)]),
    lookups: [lookup(HOSTNAME, '198.51.100.1:53', ['137.66.1.1'], 600)],
  });
  it('names the record, its TTL and the zone’s own server', () => {
    const steps = buildRemediation('dns-override', context({ tenant: own }));
    assert.equal(outline(steps)[0], `dig +noall +answer @198.51.100.1 ${HOSTNAME} A ${HOSTNAME} AAAA`);
    assert.match(JSON.stringify(steps), /Wait 600 seconds/);
  });
  it('with a claim goes on with the certificate after the wait, never before', () => {
    const steps = outline(
      buildRemediation('dns-override', context({ tenant: own, alsoFound: ['certificate-on-tenant-app'] })),
    );
    assert.deepEqual(steps.slice(4), [REMOVE, ADD, SHOW, VERIFY]);
  });
});

describe('the remedy for a custom domain', () => {
  const hostname = 'shop.customer.example';
  const astray = tenant({
    tenant: { id: '999bc6549a64', hostname, app: APP, labels: {} },
    lookups: [
      { ...lookup(hostname, '198.51.100.1:53', []), ipv4: refused, ipv6: refused },
      lookup(hostname, '1.1.1.1:53', ['137.66.1.1'], 600),
    ],
  });
  for (const code of ['dns-override', 'dns-wildcard-shadowed', 'dns-nxdomain', 'dns-lookup-failing'] as const)
    it(`deletes nothing and leaves the platform’s zone alone: ${code}`, () => {
      const steps = buildRemediation(code, context({ tenant: astray }));
      assert.doesNotMatch(JSON.stringify(steps), /delete the|delete every|delete what|zone of systemprompt/i);
      assert.doesNotMatch(outline(steps).join('\n'), /@198\.51/);
      assert.equal(outline(steps).at(-1)?.replace(/\d+m$/, ''), 'tenantwatch verify 999bc6549a64 --wait ');
    });
  it('names the records that lead it home, and waits for the former one', () => {
    const steps = buildRemediation('dns-override', context({ tenant: astray }));
    assert.deepEqual(outline(steps), [
      `dig +noall +answer @1.1.1.1 ${hostname} A ${hostname} AAAA`,
      'fly ips list -a management-api-prod',
      'by hand',
      'by hand',
      `dig +short ${hostname} A`,
      'tenantwatch verify 999bc6549a64 --wait 5m',
    ]);
    assert.match(JSON.stringify(steps), /A 66\.241\.124\.121 and AAAA 2a09:8280:1::1, or as a CNAME/);
    assert.match(JSON.stringify(steps), /Wait 600 seconds/);
  });
  it('orders the certificate that nobody holds, unless the name is disputed', () => {
    const add = `fly certs add ${hostname} -a management-api-prod`;
    const steps = (alsoFound: readonly ProblemCode[]) =>
      outline(buildRemediation('certificate-awaiting-configuration', context({ tenant: astray, alsoFound })));
    assert.ok(steps([]).includes(add));
    assert.ok(!steps(['certificate-on-tenant-app']).includes(add));
  });
  it('does not send a certificate away from the tenant’s app where it belongs there', () => {
    const platform = { ...PLATFORM, customDomainsOn: 'tenant' } as const;
    const steps = buildRemediation('handshake-refused', context({ tenant: astray, platform }));
    assert.doesNotMatch(JSON.stringify(steps), /management/);
  });
});

describe('the remedy of the platform', () => {
  it('takes the wildcard from the app that is named, and adds nothing where the management app holds it', () => {
    const taken = shared({ wildcardClaims: observed([claim('*.systemprompt.io', APP)]) });
    assert.deepEqual(
      outline(buildRemediation('wildcard-claimed-elsewhere', context({ tenant: null, shared: taken }))),
      [
        'fly certs list -a management-api-prod',
        `fly certs remove '*.systemprompt.io' -a ${APP} -y`,
        "fly certs show '*.systemprompt.io' -a management-api-prod",
        'tenantwatch verify --all --wait 2m',
      ],
    );
  });
  it('names the records that the wildcard needs', () => {
    const steps = buildRemediation('wildcard-dns-broken', context({ tenant: null }));
    assert.match(
      JSON.stringify(steps),
      /set the record \*\.systemprompt\.io to A 66\.241\.124\.121 and AAAA 2a09:8280:1::1\./,
    );
  });
  it('has this machine’s own way out tried first where nothing comes back in one family', () => {
    const at = (address: string, reached: boolean) => ({
      ...handshake(address, HOSTNAME, !reached),
      connectMs: reached ? 5 : null,
    });
    const first = (...handshakes: readonly ReturnType<typeof at>[]) =>
      outline(buildRemediation('edge-partial-outage', context({ tenant: tenant({ handshakes }) })))[0];
    assert.match(first(at('66.241.124.121', true), at('2a09:8280:1::1', false)) ?? '', /^curl -6 /);
    assert.match(first(at('66.241.124.121', false), at('2a09:8280:1::1', true)) ?? '', /^curl -4 /);
    assert.match(first(at('66.241.124.121', false), at('2a09:8280:1::1', false)) ?? '', /^openssl /);
    const reset = handshake('2a09:8280:1::1', HOSTNAME, true);
    assert.match(first(at('66.241.124.121', true), reset) ?? '', /^openssl /);
  });
  it('changes nothing in an outage of the edge', () => {
    const steps = buildRemediation('platform-tls-outage', context({ tenant: null }));
    assert.ok(steps.every((step) => step.kind === 'manual' || step.effect === 'reads'));
  });
});

describe('the remedy for a stopped app', () => {
  it('starts the machine that was seen stopped', () => {
    assert.deepEqual(outline(buildRemediation('tenant-app-stopped', context())), [
      `fly machine list -a ${APP}`,
      `fly machine start 3287e44f2d7985 -a ${APP}`,
      VERIFY,
    ]);
  });
});

describe('the words for a problem', () => {
  it('say of a latent conflict that users notice nothing yet, and of an outage what they see', () => {
    for (const code of ['certificate-on-tenant-app', 'certificate-on-foreign-app'] as const) {
      assert.match(explanationOf(code, 'warning'), /notice nothing yet/u);
      assert.doesNotMatch(explanationOf(code, 'critical'), /notice nothing yet/u);
    }
  });

  it('are the same for every other problem, however severe', () => {
    for (const code of PROBLEM_CODES) {
      if (CATALOGUE[code].latentExplanation !== undefined) continue;
      assert.equal(explanationOf(code, 'warning'), explanationOf(code, 'critical'));
    }
  });
});
