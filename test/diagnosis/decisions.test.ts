import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failed } from '../../src/model/observation.ts';
import type { ProblemCode } from '../../src/model/problem.ts';
import { diagnosed, checkOf, type Diagnosed } from '../support/diagnosing.ts';
import {
  answer,
  APP,
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
  HOST,
  http,
  lookups,
  MANAGEMENT,
  MISPLACED,
  NODATA,
  NO_SUCH_TENANT,
  NOW,
  observed,
  OWN_V4,
  platform,
  REFUSED,
  RIGHT,
  SILENT,
  skipped,
  STOPPED,
  UNREACHABLE,
  V4,
  V6,
  WILDCARD,
} from '../support/snapshots.ts';
import { DAY_MS } from '../../src/model/time.ts';

function codes({ shared, result }: Diagnosed): Record<'monitor' | 'platform' | 'tenant', ProblemCode | null> {
  return {
    monitor: shared.monitor.diagnosis?.code ?? null,
    platform: shared.platform.diagnosis?.code ?? null,
    tenant: result.diagnosis?.code ?? null,
  };
}

function alsoFound({ result }: Diagnosed): readonly ProblemCode[] {
  return result.alsoFound.map(({ code }) => code);
}

function commands({ result }: Diagnosed): readonly string[] {
  return (result.diagnosis?.remediation ?? []).map((step) =>
    step.kind === 'command' ? step.command : `by hand: ${step.text}`,
  );
}

const LATE: Failed = {
  ...EOF,
  failure: { phase: 'handshake', code: 'alert', alert: 'certificate_required', detail: 'late' },
};
const CLAIMED = { certificates: observed([MISPLACED]) };
const NOTHING = { monitor: null, platform: null, tenant: null };

describe('the decisions that the table must contain', () => {
  it('a healthy tenant has no problem in any scope', () => {
    const healthy = diagnosed();
    assert.deepEqual(codes(healthy), NOTHING);
    assert.equal(healthy.document.verdict, 'pass');
  });

  it('the incident: a claim on the tenant app and EOF is a certain outage', () => {
    const incident = diagnosed({ ...UNREACHABLE, ...CLAIMED });
    assert.deepEqual(codes(incident), { ...NOTHING, tenant: 'certificate-on-tenant-app' });
    assert.equal(incident.result.diagnosis?.severity, 'critical');
    assert.equal(incident.result.diagnosis.certainty, 'certain');
    assert.deepEqual(incident.result.diagnosis.explains, [
      'tls-handshake',
      'site-response',
      'tenant-certificates',
    ]);
    assert.deepEqual(commands(incident), [
      `fly certs remove ${HOST} -a ${APP} -y`,
      `fly certs add ${HOST} -a ${MANAGEMENT}`,
      `fly certs show ${HOST} -a ${MANAGEMENT}`,
      'tenantwatch verify 999bc6549a64 --wait 2m',
    ]);
  });

  it('a claim while every handshake is fine is latent: a warning that fails its check', () => {
    const latent = diagnosed(CLAIMED);
    assert.deepEqual(codes(latent), { ...NOTHING, tenant: 'certificate-on-tenant-app' });
    assert.equal(latent.result.diagnosis?.severity, 'warning');
    assert.equal(latent.result.diagnosis.certainty, 'certain');
    assert.equal(latent.result.verdict, 'fail');
  });

  it('a claim while handshakes are fine and the site answers wrongly, the app itself rightly, is an outage by the claim', () => {
    for (const site of [observed(http(421)), observed(http(502)), failed('request', 'timeout')]) {
      const misrouted = diagnosed({ ...CLAIMED, site });
      assert.deepEqual(codes(misrouted), { ...NOTHING, tenant: 'certificate-on-tenant-app' });
      assert.equal(misrouted.result.diagnosis?.severity, 'critical');
      assert.match(misrouted.result.diagnosis.summary, /handshakes succeed, but the site fails/);
    }
  });

  it('an edge that refuses in place of an answer is an edge that refuses: with a claim it is the claim, an outage', () => {
    const late = handshakes([LATE, LATE]).map((one) => ({ ...one, served: certificate() }));
    const refusing = { handshakes: late, site: skipped('no-connection') };
    const claimed = diagnosed({ ...refusing, ...CLAIMED });
    assert.deepEqual(codes(claimed), { ...NOTHING, tenant: 'certificate-on-tenant-app' });
    assert.equal(claimed.result.diagnosis?.severity, 'critical');
    assert.match(claimed.result.diagnosis.summary, /handshakes fail: TLS alert certificate_required/);
    const unexplained = diagnosed(refusing);
    assert.deepEqual(codes(unexplained), { ...NOTHING, tenant: 'handshake-refused' });
    // What was served before the refusal is judged all the same.
    assert.equal(checkOf(unexplained.result.checks, 'certificate-validity').verdict, 'pass');
  });

  it('claim on tenant app + platform outage: each in its scope', () => {
    const both = diagnosed({ ...UNREACHABLE, ...CLAIMED, platform: platform(CONTROLS_REFUSED) });
    assert.deepEqual(codes(both), {
      monitor: null,
      platform: 'platform-tls-outage',
      tenant: 'certificate-on-tenant-app',
    });
    assert.equal(both.shared.platform.diagnosis?.certainty, 'certain');
    assert.equal(both.result.explainedBy, null);
  });

  it('a platform outage alone explains the tenant', () => {
    const outage = diagnosed({ ...UNREACHABLE, platform: platform(CONTROLS_REFUSED) });
    assert.deepEqual(codes(outage), { ...NOTHING, platform: 'platform-tls-outage' });
    assert.deepEqual(outage.result.explainedBy, { scope: 'platform', code: 'platform-tls-outage' });
    assert.equal(outage.result.verdict, 'fail');
  });

  it('token rejected, EOF, control fine: unexplained, and still a failure', () => {
    const rejected = failed('api', 'unauthorized');
    const blind = diagnosed({
      ...UNREACHABLE,
      certificates: rejected,
      machines: rejected,
      otherClaims: rejected,
      platform: platform({
        monitor: { flyApi: rejected },
        management: { certificates: rejected, machines: rejected, addresses: rejected },
        wildcardClaims: rejected,
      }),
    });
    assert.deepEqual(codes(blind), {
      monitor: 'fly-token-rejected',
      platform: null,
      tenant: 'handshake-refused',
    });
    assert.equal(blind.result.diagnosis?.certainty, 'unexplained');
    assert.equal(blind.document.verdict, 'fail');
    assert.equal(checkOf(blind.result.checks, 'tenant-certificates').verdict, 'unknown');
    assert.equal(blind.result.explainedBy, null);
  });

  it('token rejected and all else fine: could not tell, and the monitor is named', () => {
    const rejected = failed('api', 'unauthorized');
    const blind = diagnosed({
      certificates: rejected,
      machines: rejected,
      platform: platform({ monitor: { flyApi: rejected } }),
    });
    assert.deepEqual(codes(blind), { ...NOTHING, monitor: 'fly-token-rejected' });
    assert.equal(blind.document.verdict, 'unknown');
    assert.deepEqual(blind.result.explainedBy, { scope: 'monitor', code: 'fly-token-rejected' });
  });

  it('one resolver dead + claim: each in its scope', () => {
    const both = diagnosed({
      ...UNREACHABLE,
      ...CLAIMED,
      lookups: lookups(HOST, { second: SILENT }),
      platform: platform({ control: { lookups: lookups('c', { second: SILENT }) } }),
    });
    assert.deepEqual(codes(both), {
      monitor: 'resolver-failing',
      platform: null,
      tenant: 'certificate-on-tenant-app',
    });
    assert.equal(checkOf(both.result.checks, 'dns-wildcard').verdict, 'pass');
  });

  it('wildcard certificate expiring in 10 days + claim: both, each in its scope', () => {
    const soon = certificate({ notAfter: NOW + 10 * DAY_MS });
    const both = diagnosed({
      handshakes: handshakes(['ok'], soon),
      ...CLAIMED,
      platform: platform({
        control: { handshakes: handshakes(['ok'], soon) },
        management: { certificates: observed([{ ...WILDCARD, expiresAt: NOW + 10 * DAY_MS }]) },
      }),
    });
    assert.deepEqual(codes(both), {
      monitor: null,
      platform: 'wildcard-certificate-expiring',
      tenant: 'certificate-on-tenant-app',
    });
    assert.deepEqual(alsoFound(both), [], 'the wildcard’s end is not the tenant’s problem');
  });

  it('the wildcard claimed by a tenant app, control EOF: named, tenants explained by it, that tenant has the claim', () => {
    const stolen = claim(`*.${DOMAIN}`, APP);
    const shared = platform({ ...CONTROLS_REFUSED, wildcardClaims: observed([stolen]) });
    const culprit = diagnosed({ ...UNREACHABLE, certificates: observed([stolen]), platform: shared });
    assert.deepEqual(codes(culprit), {
      monitor: null,
      platform: 'wildcard-claimed-elsewhere',
      tenant: 'certificate-on-tenant-app',
    });
    assert.match(culprit.shared.platform.diagnosis?.summary ?? '', new RegExp(APP));
    assert.ok(commands(culprit).includes(`fly certs remove '*.${DOMAIN}' -a ${APP} -y`));
    const victim = diagnosed({
      ...UNREACHABLE,
      tenant: { id: 'aaaaaaaaaaaa', hostname: `aaaaaaaaaaaa.${DOMAIN}`, app: 'sp-aaaaaaaaaaaa' },
      platform: shared,
    });
    assert.equal(victim.result.diagnosis, null);
    assert.deepEqual(victim.result.explainedBy, { scope: 'platform', code: 'wildcard-claimed-elsewhere' });
  });

  it('own DNS record to the tenant app’s address, own valid certificate, 200: the record first, the claim beside it', () => {
    const own = certificate({ names: [HOST], fingerprint: 'b'.repeat(64) });
    const override = { ipv4: answer([OWN_V4]), ipv6: NODATA };
    const overridden = diagnosed({
      lookups: lookups(HOST, { first: override, zone: override }),
      handshakes: attempts(OWN_V4, ['ok'], own),
      certificates: observed([claim(HOST, APP)]),
    });
    assert.deepEqual(codes(overridden), { ...NOTHING, tenant: 'dns-override' });
    assert.equal(overridden.result.diagnosis?.certainty, 'certain');
    assert.deepEqual(alsoFound(overridden), ['certificate-on-tenant-app']);
    const steps = commands(overridden);
    const record = steps.findIndex((step) => /record/i.test(step));
    const removal = steps.findIndex((step) => step.startsWith('fly certs remove'));
    assert.ok(record >= 0 && removal > record, steps.join('\n'));
    const beside = overridden.result.alsoFound[0]?.remediation ?? [];
    assert.ok(
      beside.findIndex((step) => step.kind === 'manual') <
        beside.findIndex((step) => step.kind === 'command' && step.effect === 'changes'),
      'whichever of the two is read, the record goes first',
    );
  });

  it('claim, handshake fine on IPv6, EOF on IPv4: the claim, an outage', () => {
    const half = diagnosed({
      ...CLAIMED,
      handshakes: [...attempts(V4, [EOF, EOF, EOF]), ...attempts(V6, ['ok'])],
    });
    assert.deepEqual(codes(half), { ...NOTHING, tenant: 'certificate-on-tenant-app' });
    assert.equal(half.result.diagnosis?.severity, 'critical');
    assert.equal(checkOf(half.result.checks, 'tls-handshake').reason, 'some-addresses-fail');
  });

  for (const [how, changes] of [
    ['while handshakes fail', UNREACHABLE],
    ['while handshakes are fine', { site: observed(http(503)) }],
  ] as const) {
    it(`claim + stopped app: the claim; the stopped app beside it, ${how}`, () => {
      const both = diagnosed({
        ...changes,
        ...CLAIMED,
        machines: observed([STOPPED]),
        direct: observed(http(503)),
      });
      assert.deepEqual(codes(both), { ...NOTHING, tenant: 'certificate-on-tenant-app' });
      assert.deepEqual(alsoFound(both), ['tenant-app-stopped']);
    });
  }

  it('exact certificate on the management app and a claim: the claim, whose remedy omits `add`', () => {
    const held = diagnosed({
      ...UNREACHABLE,
      ...CLAIMED,
      platform: platform({ management: { certificates: observed([WILDCARD, claim(HOST, MANAGEMENT)]) } }),
    });
    assert.deepEqual(codes(held), { ...NOTHING, tenant: 'certificate-on-tenant-app' });
    assert.ok(commands(held).some((command) => command.startsWith('fly certs remove')));
    assert.ok(!commands(held).some((command) => command.startsWith('fly certs add')));
  });

  for (const state of ['awaiting-configuration', 'awaiting-issuance'] as const) {
    it(`exact certificate ${state}, wildcard ready, handshake fine: a warning`, () => {
      const exact = claim(HOST, MANAGEMENT, { state, status: state, expiresAt: null });
      const waiting = diagnosed({
        platform: platform({ management: { certificates: observed([WILDCARD, exact]) } }),
      });
      assert.deepEqual(codes(waiting), { ...NOTHING, tenant: `certificate-${state}` });
      assert.equal(waiting.result.diagnosis?.severity, 'warning');
      assert.equal(waiting.document.verdict, 'warn');
    });
  }

  it('tenant suspended on purpose: skipped, whatever else is wrong', () => {
    const asleep = diagnosed({ ...UNREACHABLE, ...CLAIMED, tenant: { labels: { suspended: 'true' } } });
    assert.equal(asleep.result.verdict, 'skipped');
    assert.ok(asleep.result.checks.every(({ reason }) => reason === 'suspended'));
    assert.equal(asleep.result.diagnosis, null);
  });

  it('a zone that nobody can look up is the platform’s outage where the resolvers look up other names, else the monitor’s', () => {
    const lost = {
      lookups: lookups(HOST, { first: SILENT, zone: SILENT }),
      handshakes: [],
      site: skipped('no-connection'),
    } as const;
    const control = { ...lost, lookups: lookups('control', { first: SILENT, zone: SILENT }) };
    const seenBy = (witness: string): Diagnosed =>
      diagnosed({
        ...lost,
        platform: platform({
          control,
          monitor: { witnesses: [{ name: witness, result: observed({ connectMs: 9 }) }] },
        }),
      });
    const broken = seenBy('api.machines.dev:443');
    assert.deepEqual(codes(broken), { ...NOTHING, platform: 'wildcard-dns-broken' });
    assert.equal(broken.shared.platform.diagnosis?.certainty, 'likely');
    assert.deepEqual(broken.result.explainedBy, { scope: 'platform', code: 'wildcard-dns-broken' });
    assert.deepEqual([broken.result.verdict, broken.document.verdict], ['unknown', 'fail']);
    for (const address of ['1.1.1.1:53', '[2606:4700::1111]:53', '2606:4700::abcd']) {
      const blind = seenBy(address);
      assert.deepEqual(codes(blind), { ...NOTHING, monitor: 'resolver-failing' }, address);
      const steps = JSON.stringify(blind.shared.monitor.diagnosis?.remediation);
      assert.match(steps, /Until one answers, nothing can be told of any site/);
      assert.doesNotMatch(steps, /the other resolvers decide/);
    }
  });

  it('a resolver that lies leads the health request astray: no outage of the management app', () => {
    const lying = lookups('control', { first: { ipv4: answer([OWN_V4]), ipv6: NODATA }, second: RIGHT });
    for (const health of [failed('connect', 'refused'), observed(http(404)), failed('request', 'timeout')]) {
      const astray = diagnosed({
        platform: platform({ control: { lookups: lying }, management: { health } }),
      });
      assert.deepEqual(codes(astray), { ...NOTHING, monitor: 'resolver-failing' });
      const app = checkOf(astray.shared.platform.checks, 'management-app');
      assert.deepEqual([app.verdict, app.reason], ['unknown', 'explained-by:resolver-failing']);
      // Without the liar it is what it looks like.
      assert.equal(
        codes(diagnosed({ platform: platform({ management: { health } }) })).platform,
        'management-app-down',
      );
    }
  });

  it('custom domain outside the wildcard: its own expected target, wildcard checks skipped', () => {
    const hostname = 'shop.example.com';
    const served = certificate({ names: [hostname], fingerprint: 'c'.repeat(64) });
    const shared = platform({
      management: { certificates: observed([WILDCARD, claim(hostname, MANAGEMENT)]) },
    });
    const custom = diagnosed({
      tenant: { hostname },
      handshakes: [...attempts(V4, ['ok'], served, hostname), ...attempts(V6, ['ok'], served, hostname)],
      platform: shared,
    });
    assert.equal(custom.document.verdict, 'pass');
    const dns = checkOf(custom.result.checks, 'dns-wildcard');
    assert.deepEqual([dns.verdict, dns.reason], ['skipped', 'custom-domain']);
    const astray = { ipv4: answer([OWN_V4]), ipv6: NODATA };
    const elsewhere = diagnosed({
      tenant: { hostname },
      lookups: lookups(hostname, { first: astray, zone: astray }),
      handshakes: attempts(OWN_V4, ['ok'], served, hostname),
      platform: shared,
    });
    assert.equal(checkOf(elsewhere.result.checks, 'dns-wildcard').reason, 'not-a-target');
    assert.equal(elsewhere.result.diagnosis?.code, 'dns-override');
  });

  it('control 502, one tenant 502, direct 200: not routed', () => {
    const lost = diagnosed({ site: observed(NO_SUCH_TENANT) });
    assert.deepEqual(codes(lost), { ...NOTHING, tenant: 'tenant-not-routed' });
    // Which edge, and by what its logs are found.
    assert.match(String(lost.result.diagnosis?.evidence), /The edge in fra took the request as 01JJXYZ-fra/);
    assert.equal(lost.result.diagnosis?.certainty, 'certain');
  });

  it('control EOF once, fine at once afterwards: nothing', () => {
    const blip = diagnosed({
      platform: platform({ control: { handshakes: handshakes([EOF, 'ok', 'ok']) } }),
    });
    assert.deepEqual(codes(blip), NOTHING);
    assert.equal(blip.document.verdict, 'pass');
  });
});

describe('honesty', () => {
  it('a reset or EOF alone never proves a conflict', () => {
    for (const failure of [EOF, failed('handshake', 'reset')]) {
      const refused = diagnosed({
        handshakes: handshakes([failure, failure, failure]),
        site: skipped('no-connection'),
      });
      assert.equal(refused.result.diagnosis?.code, 'handshake-refused');
      assert.equal(refused.result.diagnosis.certainty, 'unexplained');
    }
  });

  it('one failing control name is no platform outage', () => {
    const shared = platform();
    const [first, second] = shared.controls;
    assert.ok(first !== undefined && second !== undefined);
    const one = diagnosed({
      ...UNREACHABLE,
      platform: { ...shared, controls: [{ ...first, handshakes: REFUSED }, second] },
    });
    assert.deepEqual(codes(one), { ...NOTHING, tenant: 'handshake-refused' });
    const alone = diagnosed({ platform: { ...shared, controls: [control('x', CONTROLS_REFUSED.control)] } });
    assert.equal(checkOf(alone.shared.platform.checks, 'control-handshake').verdict, 'unknown');
    assert.deepEqual(codes(alone), NOTHING);
  });

  it('a platform outage at one address does not explain a tenant that fails at all', () => {
    const halfDown = [...attempts(V4, [EOF, EOF]), ...attempts(V6, ['ok'])];
    const shared = platform({ control: { handshakes: halfDown } });
    const alike = diagnosed({ handshakes: halfDown, platform: shared });
    assert.deepEqual(codes(alike), { ...NOTHING, platform: 'platform-tls-outage' });
    assert.deepEqual(alike.result.explainedBy, { scope: 'platform', code: 'platform-tls-outage' });
    const worse = diagnosed({ ...UNREACHABLE, platform: shared });
    assert.deepEqual(codes(worse), {
      monitor: null,
      platform: 'platform-tls-outage',
      tenant: 'handshake-refused',
    });
  });

  it('everything failing, witnesses included, is our own network: unknown, not an outage', () => {
    const dead = failed('connect', 'timeout');
    const nothing = { first: SILENT, zone: SILENT };
    const lost = {
      lookups: lookups('x', nothing),
      handshakes: handshakes([dead]),
      site: skipped('no-connection'),
    };
    const api = failed('api', 'timeout');
    const blind = diagnosed({
      ...lost,
      direct: failed('resolve', 'timeout'),
      certificates: api,
      machines: api,
      platform: platform({
        control: lost,
        wildcardClaims: api,
        management: { certificates: api, machines: api, addresses: api },
        monitor: { flyApi: api, witnesses: [{ name: 'api.fly.io', result: dead }] },
      }),
    });
    assert.deepEqual(codes(blind), { ...NOTHING, monitor: 'monitor-network-down' });
    assert.equal(blind.document.verdict, 'unknown');
    assert.equal(checkOf(blind.result.checks, 'tls-handshake').reason, 'explained-by:monitor-network-down');
    assert.deepEqual(blind.result.explainedBy, { scope: 'monitor', code: 'monitor-network-down' });
    // Any success refutes it.
    const reached = diagnosed({
      ...lost,
      platform: platform({
        control: lost,
        monitor: { flyApi: api, witnesses: [{ name: 'w', result: observed({ connectMs: 3 }) }] },
      }),
    });
    assert.notEqual(reached.shared.monitor.diagnosis?.code, 'monitor-network-down');
  });

  it('throttled probes blame nobody, but a claim is still a fact', () => {
    const throttled = platform({ ...CONTROLS_REFUSED, monitor: { throttled: true } });
    const limited = diagnosed({ ...UNREACHABLE, platform: throttled });
    assert.deepEqual(codes(limited), { ...NOTHING, monitor: 'probe-throttled' });
    assert.equal(limited.document.verdict, 'unknown');
    const claimed = diagnosed({ ...UNREACHABLE, ...CLAIMED, platform: throttled });
    assert.equal(claimed.result.diagnosis?.code, 'certificate-on-tenant-app');
    assert.equal(claimed.result.diagnosis.severity, 'warning');
  });

  it('a clock that is wrong does not make certificates expire', () => {
    const skewMs = 61 * DAY_MS;
    const skewed = diagnosed({
      platform: platform({ monitor: { clock: observed({ skewMs, samples: 3 }) } }),
      takenAt: NOW + skewMs,
    });
    assert.equal(skewed.shared.monitor.diagnosis?.code, 'monitor-clock-skewed');
    const check = checkOf(skewed.result.checks, 'certificate-validity');
    assert.deepEqual([check.verdict, check.reason], ['unknown', 'explained-by:monitor-clock-skewed']);
    assert.equal(skewed.result.diagnosis, null);
  });

  it('a management app that Fly does not know, while names are served: a wrong name is as likely as a loss', () => {
    const unknown = failed('api', 'not-found');
    const shared = platform({ management: { certificates: unknown, machines: unknown, addresses: unknown } });
    const misnamed = diagnosed({ platform: shared });
    assert.deepEqual(codes(misnamed), { ...NOTHING, platform: 'management-app-down' });
    const { diagnosis, alsoFound: beside } = misnamed.shared.platform;
    assert.deepEqual([diagnosis?.severity, diagnosis?.certainty, beside], ['warning', 'likely', []]);
    assert.match(diagnosis?.summary ?? '', /platform\.managementApp may name the wrong app/u);
    assert.ok(!JSON.stringify(diagnosis?.remediation).includes('fly certs add'));
    // What serves all others hides no tenant's outage.
    const broken = diagnosed({ site: observed(NO_SUCH_TENANT), platform: shared });
    assert.deepEqual(codes(broken), {
      ...NOTHING,
      platform: 'management-app-down',
      tenant: 'tenant-not-routed',
    });
    assert.deepEqual([broken.result.diagnosis?.severity, broken.result.explainedBy], ['critical', null]);
  });

  it('a management app that is gone explains handshakes that fail everywhere', () => {
    const gone = failed('api', 'not-found');
    const shared = platform({
      ...CONTROLS_REFUSED,
      management: { certificates: gone, machines: gone, addresses: gone },
    });
    const down = diagnosed({ ...UNREACHABLE, platform: shared });
    assert.deepEqual(codes(down), { ...NOTHING, platform: 'management-app-down' });
    assert.equal(down.shared.platform.diagnosis?.certainty, 'certain');
    assert.deepEqual(down.result.explainedBy, { scope: 'platform', code: 'management-app-down' });
  });

  it('an app that Fly does not know and that answers directly is likely out of our token’s sight', () => {
    const unseen = diagnosed({ machines: failed('api', 'not-found'), certificates: skipped('no-app') });
    assert.deepEqual(codes(unseen), { ...NOTHING, tenant: 'tenant-app-missing' });
    assert.equal(unseen.result.diagnosis?.certainty, 'likely');
    assert.match(unseen.result.diagnosis.summary, /another organization than our token/u);
  });

  it('an outage of the edge explains that the direct name fails in the handshake, too', () => {
    const outage = diagnosed({
      ...UNREACHABLE,
      direct: failed('handshake', 'eof'),
      platform: platform(CONTROLS_REFUSED),
    });
    assert.deepEqual(codes(outage), { ...NOTHING, platform: 'platform-tls-outage' });
    assert.deepEqual(outage.result.explainedBy, { scope: 'platform', code: 'platform-tls-outage' });
  });

  it('where a resolver lies, a direct name that leads nowhere is no problem of the tenant', () => {
    const lie = { ipv4: answer(['198.51.100.66']), ipv6: NODATA };
    const lied = diagnosed({
      direct: failed('connect', 'refused'),
      platform: platform({
        control: { lookups: lookups('control.invalid', { first: lie, second: RIGHT, zone: RIGHT }) },
      }),
    });
    assert.deepEqual(codes(lied), { ...NOTHING, monitor: 'resolver-failing' });
    assert.deepEqual(lied.result.explainedBy, { scope: 'monitor', code: 'resolver-failing' });
  });

  for (const code of ['forbidden', 'server-error', 'incomplete'] as const) {
    it(`certificates that the API does not give (${code}) are the monitor’s problem, whatever the latest call said`, () => {
      const silent = failed('api', code);
      const blind = diagnosed({
        certificates: silent,
        platform: platform({ management: { certificates: silent } }),
      });
      const problem = code === 'forbidden' ? 'fly-token-rejected' : 'fly-api-unavailable';
      assert.deepEqual(codes(blind), { ...NOTHING, monitor: problem });
      assert.deepEqual(blind.result.explainedBy, { scope: 'monitor', code: problem });
      assert.equal(blind.document.verdict, 'unknown');
      const evidence = blind.shared.monitor.diagnosis?.evidence;
      assert.equal(evidence?.[1], `The call that failed: ${code} in api`);
    });
  }

  it('a limit of the API says how long it asks us to wait', () => {
    const { failure } = failed('api', 'rate-limited');
    const flyApi = { ...failed('api', 'rate-limited'), failure: { ...failure, retryAfterMs: 60_000 } };
    const limited = diagnosed({ platform: platform({ monitor: { flyApi } }) });
    assert.equal(
      limited.shared.monitor.diagnosis?.summary,
      "Fly's API limits our requests. It asks us to wait 1 min.",
    );
  });

  it('an outage whose claims were not looked up says so, and how to look', () => {
    const blind = diagnosed({
      ...UNREACHABLE,
      platform: platform({ ...CONTROLS_REFUSED, wildcardClaims: skipped('needs-inventory') }),
    });
    const { diagnosis } = blind.shared.platform;
    assert.deepEqual([diagnosis?.code, diagnosis?.certainty], ['platform-tls-outage', 'likely']);
    assert.ok(JSON.stringify(diagnosis?.remediation).includes(`tenantwatch claims '*.${DOMAIN}'`));
  });

  it('a name with an empty answer is the shadowed wildcard, before its handshake is called refused', () => {
    const empty = diagnosed({
      lookups: lookups(HOST, { first: EMPTY, zone: EMPTY }),
      handshakes: [],
      site: skipped('no-connection'),
    });
    assert.deepEqual(codes(empty), { ...NOTHING, tenant: 'dns-wildcard-shadowed' });
    assert.deepEqual(empty.result.alsoFound, []);
  });
});
