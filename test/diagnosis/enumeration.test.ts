import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { diagnose, type Finding, type Findings, type Symptoms } from '../../src/diagnosis/diagnose.ts';
import { MONITOR_RULES, type MonitorFacts } from '../../src/diagnosis/monitor-rules.ts';
import { PLATFORM_RULES, type PlatformFacts } from '../../src/diagnosis/platform-rules.ts';
import { applies, type Rule } from '../../src/diagnosis/rules.ts';
import type { TenantFacts } from '../../src/diagnosis/tenant-facts.ts';
import { TENANT_RULES } from '../../src/diagnosis/tenant-rules.ts';
import type { CheckId } from '../../src/model/check.ts';
import {
  MONITOR_PROBLEMS,
  PLATFORM_PROBLEMS,
  TENANT_PROBLEMS,
  type ProblemCode,
} from '../../src/model/problem.ts';
import { CERTAINTIES, SEVERITIES } from '../../src/model/verdict.ts';

type Domain<Facts> = { readonly [Fact in keyof Facts]: readonly Facts[Fact][] };

const TENANT: Domain<TenantFacts> = {
  claim: ['none', 'covers', 'elsewhere', 'unknown'],
  foreign: ['none', 'claimed', 'unknown'],
  dns: [
    'right',
    'own',
    'cached',
    'disagree',
    'within-ttl',
    'no-data',
    'family-missing',
    'nxdomain',
    'failing',
    'unknown',
  ],
  dnsSeen: ['resolvers', 'zone', 'some-resolvers'],
  handshake: ['ok', 'recovered', 'intermittent', 'some-fail', 'all-fail', 'no-address', 'unknown'],
  servedName: ['covers', 'mismatch', 'unknown'],
  servedChain: ['trusted', 'untrusted', 'unknown'],
  servedDates: ['valid', 'expiring', 'expires-now', 'expired', 'not-yet-valid', 'unknown'],
  management: ['fine', 'awaiting-configuration', 'awaiting-issuance', 'expired', 'not-covered', 'unknown'],
  wildcardServes: ['yes', 'no'],
  machines: ['started', 'asleep', 'starting', 'stopped', 'crashing', 'missing', 'unknown'],
  site: [
    'ok',
    'indistinguishable',
    'gateway-error',
    'server-error',
    'unexpected-status',
    'no-answer',
    'no-connection',
    'unknown',
  ],
  siteLikeControl: ['different', 'same', 'similar', 'unknown'],
  direct: ['ok', 'unavailable', 'server-error', 'unreachable', 'unknown'],
  directLikeSite: ['unknown', 'same', 'different'],
};

/** The first value of each fact is the healthy one. */
function* combinations<Facts>(domain: Domain<Facts>, vary: readonly (keyof Facts)[]): Generator<Facts> {
  const healthy = Object.fromEntries(
    Object.entries(domain).map(([fact, values]) => [fact, (values as readonly string[])[0]]),
  ) as Facts;
  function* from(index: number, facts: Facts): Generator<Facts> {
    const fact = vary[index];
    if (fact === undefined) {
      yield facts;
      return;
    }
    for (const value of domain[fact]) yield* from(index + 1, { ...facts, [fact]: value });
  }
  yield* from(0, healthy);
}

/** Which checks fail or warn when the facts are these: the other direction of `tenantFacts`. */
function failingAt(facts: TenantFacts): ReadonlySet<CheckId> {
  const failing = new Set<CheckId>();
  const add = (check: CheckId, isFailing: boolean): void => {
    if (isFailing) failing.add(check);
  };
  add('dns-wildcard', !['right', 'within-ttl', 'unknown'].includes(facts.dns));
  add('tls-handshake', !['ok', 'unknown'].includes(facts.handshake));
  add(
    'certificate-validity',
    facts.servedName === 'mismatch' ||
      facts.servedChain === 'untrusted' ||
      !['valid', 'unknown'].includes(facts.servedDates),
  );
  add('site-response', !['ok', 'unknown'].includes(facts.site));
  add('direct-response', !['ok', 'unknown'].includes(facts.direct));
  add('tenant-certificates', facts.claim === 'covers' || facts.claim === 'elsewhere');
  add('management-certificate', !['fine', 'unknown'].includes(facts.management));
  add('machines-started', !['started', 'asleep', 'unknown'].includes(facts.machines));
  add('hostname-claims', facts.foreign === 'claimed');
  return failing;
}

/** What the checks rule out by their own definition. */
function isPossible(facts: TenantFacts): boolean {
  const { handshake, dns, site, direct, siteLikeControl, directLikeSite, management, wildcardServes } = facts;
  if (site === 'no-connection' && ['ok', 'recovered', 'unknown'].includes(handshake)) return false;
  if (handshake === 'no-address' && !['no-data', 'nxdomain', 'own', 'unknown'].includes(dns)) return false;
  if (management === 'fine' && wildcardServes === 'no') return false;
  if (management === 'not-covered' && wildcardServes === 'yes') return false;
  const answered = ['gateway-error', 'server-error', 'unexpected-status', 'ok', 'indistinguishable'].includes(
    site,
  );
  if (!answered && siteLikeControl !== 'unknown') return false;
  if (site === 'ok' && siteLikeControl === 'same') return false;
  if (site === 'indistinguishable' && siteLikeControl !== 'same') return false;
  const directAnswered = ['ok', 'unavailable', 'server-error'].includes(direct);
  if ((answered && directAnswered) !== (directLikeSite !== 'unknown')) return false;
  if (directLikeSite !== 'same') return true;
  if (direct === 'ok') return site === 'ok' || site === 'indistinguishable' || site === 'unexpected-status';
  return (
    site === (direct === 'unavailable' ? 'gateway-error' : site) &&
    ['gateway-error', 'server-error'].includes(site)
  );
}

function rank({ severity, certainty }: Pick<Finding, 'severity' | 'certainty'>): number {
  return SEVERITIES.indexOf(severity) * CERTAINTIES.length + CERTAINTIES.indexOf(certainty);
}

/** What has to hold of every diagnosis, whatever the facts. */
function assertSound<Facts, Code extends ProblemCode>(
  rules: readonly Rule<Facts, Code>[],
  facts: Facts,
  symptoms: Symptoms,
  { root, alsoFound }: Findings<Code>,
): void {
  const { failing, explainedElsewhere } = symptoms;
  // Hundreds of thousands of combinations: the text is made only for the one that is wrong.
  const hold = (holds: boolean, what: string): void => {
    if (!holds) assert.fail(`${what}: ${JSON.stringify(facts)}`);
  };
  hold(root !== null || alsoFound.length === 0, 'more found than the root that is none');
  const all = root === null ? [] : [root, ...alsoFound];
  const codes = all.map(({ code }) => code);
  hold(new Set(codes).size === codes.length, 'a problem twice');
  for (const finding of alsoFound) {
    hold(root !== null && rank(root) <= rank(finding), 'outage first, then certain first');
  }
  for (const finding of all) {
    if (failing === null) continue;
    hold(finding.explains.length > 0, 'blames without a failed check');
    for (const check of finding.explains) hold(failing.has(check), 'explains what does not fail');
    hold(
      finding.explains.some((check) => !explainedElsewhere.has(check)),
      "blames for another scope's problem",
    );
  }
  for (const rule of rules) {
    if (rule.certainty !== 'certain' || !applies(rule, facts)) continue;
    const here = failing === null ? rule.explains : rule.explains.filter((check) => failing.has(check));
    if (failing !== null && here.every((check) => explainedElsewhere.has(check))) continue;
    hold(codes.includes(rule.code), `certain and lost: ${rule.code}`);
  }
}

const NONE: ReadonlySet<CheckId> = new Set();
const reached = new Map<ProblemCode, number>();

function judge(facts: TenantFacts, explainedElsewhere: ReadonlySet<CheckId> = NONE): Findings {
  const symptoms = { failing: failingAt(facts), explainedElsewhere };
  const findings = diagnose(TENANT_RULES, facts, symptoms);
  assertSound(TENANT_RULES, facts, symptoms, findings);
  if (findings.root !== null) reached.set(findings.root.code, (reached.get(findings.root.code) ?? 0) + 1);
  return findings;
}

/** Every failed check is explained by something, but for what the table leaves open on purpose. */
function assertComplete(facts: TenantFacts, { root, alsoFound }: Findings): void {
  const explained = new Set((root === null ? [] : [root, ...alsoFound]).flatMap(({ explains }) => explains));
  for (const check of failingAt(facts)) {
    // A machine that is on its way up is no problem by itself.
    if (check === 'machines-started' && facts.machines === 'starting') continue;
    // Without an address and without knowing why the platform's own scope explains it.
    if (facts.handshake === 'no-address' && facts.dns === 'unknown') continue;
    if (!explained.has(check)) assert.fail(`nothing explains ${check} at ${JSON.stringify(facts)}`);
  }
}

const GROUPS: readonly { readonly of: string; readonly vary: readonly (keyof TenantFacts)[] }[] = [
  {
    of: 'claims, names, handshakes and certificates held',
    vary: ['claim', 'foreign', 'dns', 'dnsSeen', 'handshake', 'management', 'wildcardServes'],
  },
  {
    of: 'answers, past and through the proxy, and machines',
    vary: ['handshake', 'site', 'siteLikeControl', 'direct', 'directLikeSite', 'machines'],
  },
  {
    of: 'served certificates, claims and handshakes',
    vary: ['servedName', 'servedChain', 'servedDates', 'claim', 'foreign', 'handshake', 'dns'],
  },
  {
    of: 'claims, names, machines and answers',
    vary: ['claim', 'dns', 'handshake', 'machines', 'site', 'direct'],
  },
];

describe('every combination of the tenant facts that matter', () => {
  for (const { of, vary } of GROUPS) {
    it(`one root or none, the certain before the likely, nothing certain lost: ${of}`, () => {
      for (const facts of combinations(TENANT, vary)) {
        const findings = judge(facts);
        if (failingAt(facts).size === 0) assert.equal(findings.root, null);
        if (isPossible(facts)) assertComplete(facts, findings);
      }
    });
  }

  it('reaches every problem of a tenant as root', () => {
    for (const code of TENANT_PROBLEMS) assert.ok((reached.get(code) ?? 0) > 0, code);
  });

  it('all facts together, drawn at random, and whatever another scope explains', () => {
    const anyFacts = fc.record(
      Object.fromEntries(
        Object.entries(TENANT).map(([fact, values]) => [
          fact,
          fc.constantFrom(...(values as readonly string[])),
        ]),
      ),
    ) as unknown as fc.Arbitrary<TenantFacts>;
    const anyChecks = fc.subarray(['dns-wildcard', 'tls-handshake', 'site-response', 'certificate-validity']);
    fc.assert(
      fc.property(anyFacts, anyChecks, (facts, elsewhere) => {
        const findings = judge(facts, new Set(elsewhere as CheckId[]));
        if (isPossible(facts) && elsewhere.length === 0) assertComplete(facts, findings);
      }),
      { numRuns: 3000 },
    );
  });

  it('what is not known blames nobody: without a single known fact there is no problem', () => {
    const unknown = Object.fromEntries(Object.keys(TENANT).map((fact) => [fact, 'unknown']));
    const facts = { ...unknown, dnsSeen: 'resolvers', wildcardServes: 'no' } as unknown as TenantFacts;
    assert.deepEqual(judge(facts), { root: null, alsoFound: [] });
  });

  it('certainty of a conflict comes from the certificate list alone', () => {
    for (const rule of TENANT_RULES) {
      if (rule.code === 'certificate-on-tenant-app')
        assert.ok(!rule.when.claim?.some((is) => is === 'unknown' || is === 'none'));
      if (rule.code === 'certificate-on-foreign-app') assert.deepEqual(rule.when.foreign, ['claimed']);
      if (rule.code === 'handshake-refused') assert.equal(rule.certainty, 'unexplained');
      if (rule.code === 'dns-override' && rule.certainty === 'certain')
        assert.deepEqual(rule.when.dnsSeen, ['zone']);
    }
  });
});

describe('every combination of the platform facts', () => {
  const PLATFORM: Domain<PlatformFacts> = {
    dns: ['right', 'unresolved', 'elsewhere', 'failing', 'unknown'],
    wildcardClaim: ['none', 'claimed', 'unknown'],
    handshake: ['ok', 'fails', 'no-address', 'unknown'],
    certificate: ['good', 'missing', 'bad', 'expired', 'expires-now', 'expires-soon', 'unknown'],
    app: ['up', 'down', 'unhealthy', 'missing', 'unknown'],
  };
  const failing = (facts: PlatformFacts): ReadonlySet<CheckId> => {
    const checks: [CheckId, boolean][] = [
      ['wildcard-dns', ['unresolved', 'elsewhere', 'failing'].includes(facts.dns)],
      ['wildcard-claims', facts.wildcardClaim === 'claimed'],
      ['control-handshake', facts.handshake === 'fails' || facts.handshake === 'no-address'],
      ['wildcard-certificate', !['good', 'unknown'].includes(facts.certificate) || facts.app === 'missing'],
      ['management-app', ['down', 'unhealthy', 'missing'].includes(facts.app)],
    ];
    return new Set(checks.filter(([, fails]) => fails).map(([check]) => check));
  };

  it('one root or none, and every failed check explained', () => {
    const roots = new Set<ProblemCode>();
    for (const facts of combinations(PLATFORM, ['dns', 'wildcardClaim', 'handshake', 'certificate', 'app'])) {
      // Control names without an address are what does not resolve.
      if (facts.handshake === 'no-address' && facts.dns !== 'unresolved') continue;
      // Nobody knows what an app that Fly does not know holds.
      if (facts.app === 'missing' && facts.certificate !== 'unknown') continue;
      const symptoms = { failing: failing(facts), explainedElsewhere: NONE };
      const findings = diagnose(PLATFORM_RULES, facts, symptoms);
      assertSound(PLATFORM_RULES, facts, symptoms, findings);
      const all = findings.root === null ? [] : [findings.root, ...findings.alsoFound];
      for (const check of symptoms.failing) {
        assert.ok(
          all.some(({ explains }) => explains.includes(check)),
          `${check}: ${JSON.stringify(facts)}`,
        );
      }
      if (findings.root !== null) roots.add(findings.root.code);
    }
    assert.deepEqual([...roots].toSorted(), PLATFORM_PROBLEMS.toSorted());
  });
});

describe('every combination of the monitor facts', () => {
  const MONITOR: Domain<MonitorFacts> = {
    network: ['up', 'down', 'unknown'],
    flyApi: ['answers', 'token-rejected', 'rate-limited', 'unavailable', 'unknown'],
    resolvers: ['fine', 'some-fail', 'none-answers', 'unknown'],
    clock: ['right', 'skewed', 'unknown'],
    throttled: ['no', 'yes'],
  };

  it('one root or none; with the network down it is the root', () => {
    const roots = new Set<ProblemCode>();
    for (const facts of combinations(MONITOR, ['network', 'flyApi', 'resolvers', 'clock', 'throttled'])) {
      const symptoms = { failing: null, explainedElsewhere: NONE };
      const findings = diagnose(MONITOR_RULES, facts, symptoms);
      assertSound(MONITOR_RULES, facts, symptoms, findings);
      if (facts.network === 'down') assert.equal(findings.root?.code, 'monitor-network-down');
      if (findings.root !== null) roots.add(findings.root.code);
    }
    assert.deepEqual([...roots].toSorted(), MONITOR_PROBLEMS.toSorted());
  });
});
