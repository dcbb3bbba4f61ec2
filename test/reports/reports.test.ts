import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REQUIRED_CHECKS } from '../../src/checks/index.ts';
import { githubAnnotations } from '../../src/reports/github.ts';
import { junitReport } from '../../src/reports/junit.ts';
import { markdownReport } from '../../src/reports/markdown.ts';
import { ANSI } from '../../src/reports/palette.ts';
import { prettyReport } from '../../src/reports/pretty.ts';
import { gateVerdict, weightOf, type Weight } from '../../src/reports/weight.ts';
import { spokenMs } from '../../src/model/spoken.ts';
import type { CheckResult, TenantCheckId } from '../../src/model/check.ts';
import { wrap } from '../../src/reports/wrap.ts';
import { check, CLAIMED_TENANT, HEALTHY, OUTAGE, result, tenantResult } from './results.ts';

const RULES = { strict: false };
const STRICT = { strict: true };

describe('the report for the terminal', () => {
  it('shows the incident: verdict, cause, evidence, commands that copy clean, checks', () => {
    assert.equal(
      prettyReport(OUTAGE, RULES),
      `999bc6549a64.systemprompt.io: failed in 812 ms

  The app sp-999bc6549a64 holds a certificate for 999bc6549a64.systemprompt.io.
  certificate-on-tenant-app, critical, certain

  Fly’s edge does not know which app ends TLS and drops the connection during the handshake.

  Evidence
  - fly certs list -a sp-999bc6549a64: Awaiting configuration
  - the handshake ended with EOF at 66.241.124.121

  What to do
  1. Takes the claim away. (changes)
       fly certs remove 999bc6549a64.systemprompt.io -a sp-999bc6549a64 -y
  2. Find the code that added it. (It will come back otherwise.)
  3. Shows that it is over. (reads)
       tenantwatch verify 999bc6549a64 --wait 2m

  Runbook: https://runbooks.example/certificate-on-tenant-app

  pass     dns-wildcard            dns-wildcard as it was seen
  fail     tls-handshake           eof-during-handshake: tls-handshake as it was seen
  pass     certificate-validity    certificate-validity as it was seen
  fail     site-response           claimed-by-tenant-app: site-response as it was seen
  pass     direct-response         direct-response as it was seen
  fail     tenant-certificates     claimed-by-tenant-app: tenant-certificates as it was seen
  pass     management-certificate  management-certificate as it was seen
  pass     machines-started        machines-started as it was seen
  pass     hostname-claims         hostname-claims as it was seen
`,
    );
  });

  it('says at the end what the gate says, but not twice of one tenant', () => {
    const lastLine = (...given: Parameters<typeof prettyReport>): string | undefined =>
      prettyReport(...given)
        .trimEnd()
        .split('\n')
        .at(-1);
    const warned = result([tenantResult({ checks: [check('direct-response', 'warn')] })]);
    assert.match(lastLine(warned, RULES) ?? '', /^ {2}warn {5}direct-response/);
    assert.equal(lastLine(warned, STRICT), 'failed: 1 tenant in 812 ms');
    const platform = {
      checks: [check<'control-handshake'>('control-handshake', 'fail')],
      diagnosis: null,
      alsoFound: [],
    };
    assert.equal(lastLine({ ...HEALTHY, platform }, RULES), 'failed: 1 tenant in 812 ms');
  });

  it('is the same with colours, but for the escape codes', () => {
    const coloured = prettyReport(OUTAGE, { ...RULES, palette: ANSI });

    assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), prettyReport(OUTAGE, RULES));
    assert.notEqual(coloured, prettyReport(OUTAGE, RULES));
  });

  it('names who explains what fails', () => {
    const explained = tenantResult({
      checks: [check('tls-handshake', 'unknown')],
      explainedBy: { scope: 'platform', code: 'platform-tls-outage' },
    });
    assert.match(prettyReport(result([explained]), RULES), /Explained by the platform: platform-tls-outage/);
  });

  it('says where all that fails is known from the baseline', () => {
    const [old, fresh] = [check('tls-handshake', 'fail'), check('site-response', 'fail')];
    const report = (...checks: readonly CheckResult<TenantCheckId>[]): string =>
      prettyReport(result([tenantResult({ verdict: 'fail', checks })]), RULES);
    assert.match(report({ ...old, known: true }), /: failed as the baseline has it in /);
    assert.doesNotMatch(report({ ...old, known: true }, fresh), /as the baseline has it/);
    assert.match(report({ ...old, known: true }), /\npassed: 1 tenant \(failed as the baseline has it\) in/);
    const two = result([
      tenantResult(),
      tenantResult({ tenant: 'b', verdict: 'fail', checks: [{ ...old, known: true }] }),
    ]);
    assert.match(
      prettyReport(two, RULES),
      /\npassed: 2 tenants \(1 failed as the baseline has it, 1 passed\) in/,
    );
  });

  it('lists many tenants, the worst first', () => {
    const healthy = tenantResult({ tenant: 'a', hostname: 'a.example.com' });
    const text = prettyReport(
      result([healthy, CLAIMED_TENANT, tenantResult({ tenant: 'b', hostname: 'b.example.com' })]),
      RULES,
    );
    assert.match(
      text,
      / {2}pass {5}a\.example\.com\n {2}pass {5}b\.example\.com\n\nfailed: 3 tenants \(1 failed, 2 passed\) in 812 ms\n$/,
    );
  });

  it('never begins a line with an address such as ::1, which a CI runner would take for a command', () => {
    const text = `${'word '.repeat(19)}(AAAA ::1).`;
    assert.equal(wrap(text, 0), `${'word '.repeat(18)}word\n(AAAA ::1).`);
    assert.equal(wrap(`${'x'.repeat(99)} ::1`, 0), `${'x'.repeat(99)}\n::1`);
  });

  it('wraps text at 100 columns and leaves long words whole', () => {
    const long = 'x'.repeat(120);
    assert.equal(
      wrap(`${'word '.repeat(30)}${long}`, 4)
        .split('\n')
        .filter((line) => line.length > 100).length,
      1,
    );
  });

  it('speaks of durations as people do', () => {
    const facts: readonly [number, string][] = [
      [0, '0 ms'],
      [949, '949 ms'],
      [994, '994 ms'],
      [995, '1 s'],
      [12_340, '12.3 s'],
      [59_949, '59.9 s'],
      [60_000, '1 min'],
      [252_400, '4 min 12 s'],
    ];
    for (const [durationMs, text] of facts) assert.equal(spokenMs(durationMs), text);
  });
});

describe('what a check means to a gate', () => {
  const facts: readonly [Parameters<typeof check>, Parameters<typeof weightOf>[1], boolean, Weight][] = [
    [['tls-handshake', 'fail'], 'tenant', false, 'fails'],
    [['direct-response', 'fail'], 'tenant', false, 'fails'],
    [['control-handshake', 'fail'], 'platform', false, 'fails'],
    [['fly-api', 'fail'], 'monitor', false, 'warns'],
    [['fly-api', 'fail'], 'monitor', true, 'warns'],
    [['tls-handshake', 'unknown'], 'tenant', false, 'could-not-tell'],
    [['machines-started', 'unknown'], 'tenant', false, 'warns'],
    [['control-handshake', 'unknown'], 'platform', false, 'warns'],
    [['fly-api', 'unknown'], 'monitor', false, 'warns'],
    [['certificate-validity', 'warn'], 'tenant', false, 'warns'],
    [['certificate-validity', 'warn'], 'tenant', true, 'fails'],
    [['wildcard-certificate', 'warn'], 'platform', true, 'fails'],
    [['monitor-clock', 'warn'], 'monitor', true, 'warns'],
    [['hostname-claims', 'skipped'], 'tenant', true, 'skipped'],
    [['tls-handshake', 'pass'], 'tenant', true, 'passes'],
  ];
  for (const [[id, verdict], scope, strict, weight] of facts)
    it(`${verdict} of ${scope} check ${id}${strict ? ', strictly,' : ''} ${weight}`, () => {
      assert.equal(weightOf(check(id, verdict), scope, { strict }), weight);
    });

  it('a known failure is nobody’s', () => {
    assert.equal(weightOf({ ...check('tls-handshake', 'fail'), known: true }, 'tenant', STRICT), 'known');
  });

  for (const id of REQUIRED_CHECKS)
    it(`${id} is required: unknown is could-not-tell`, () => {
      assert.equal(
        gateVerdict(result([tenantResult({ checks: [check(id, 'unknown')] })]), RULES),
        'could-not-tell',
      );
    });

  it('a failure beats what could not be told', () => {
    const tenant = tenantResult({
      checks: [check('dns-wildcard', 'unknown'), check('site-response', 'fail')],
    });
    assert.equal(gateVerdict(result([tenant]), RULES), 'failed');
  });

  it('an unneeded check that could not tell is a warning, and strictly a failure', () => {
    const tenant = tenantResult({ checks: [check('machines-started', 'unknown')], verdict: 'warn' });
    assert.equal(gateVerdict(result([tenant]), RULES), 'passed');
    assert.equal(gateVerdict(result([tenant]), STRICT), 'failed');
  });
});

describe('JUnit', () => {
  const text = junitReport(OUTAGE, RULES);

  it('counts what the gate counts', () => {
    assert.match(
      text,
      /<testsuites name="tenantwatch" tests="18" failures="3" errors="0" skipped="0" time="0\.812">/,
    );
    assert.match(text, /<testsuite name="999bc6549a64\.systemprompt\.io" tests="9" failures="3"/);
  });

  it('says cause and remedy in the body of the failure, where GitLab reads it', () => {
    const body =
      /<failure message="eof-during-handshake: [^"]*" type="eof-during-handshake">([^<]*)</.exec(text)?.[1] ??
      '';
    assert.match(body, /certificate-on-tenant-app, critical, certain/);
    assert.match(body, /^1\. fly certs remove 999bc6549a64\.systemprompt\.io -a sp-999bc6549a64 -y$/m);
  });

  it('has each pair of classname and name once', () => {
    const pairs = [...text.matchAll(/classname="([^"]*)" name="([^"]*)"/g)].map(
      ([, suite, name]) => `${suite ?? ''} ${name ?? ''}`,
    );
    assert.equal(new Set(pairs).size, 18);
  });

  it('tells known failures, warnings and what could not be told apart', () => {
    const tenant = tenantResult({
      checks: [
        { ...check('site-response', 'fail'), known: true },
        check('direct-response', 'warn'),
        check('tls-handshake', 'unknown'),
        check('hostname-claims', 'skipped', 'needs-inventory'),
      ],
    });
    const mixed = junitReport(result([tenant]), RULES);
    assert.match(mixed, /name="site-response" time="0\.012">\s*<skipped message="known: /);
    assert.match(mixed, /name="direct-response" time="0\.012">\s*<system-out>warn: /);
    assert.match(mixed, /name="tls-handshake" time="0\.012">\s*<error /);
    assert.match(mixed, /name="hostname-claims" time="0\.012">\s*<skipped message="needs-inventory: /);
    assert.match(mixed, /failures="0" errors="1" skipped="2"/);
  });
});

describe('GitHub', () => {
  it('says nothing when nothing is wrong', () => {
    assert.equal(githubAnnotations(HEALTHY, RULES), '');
  });

  it('makes one error of one tenant’s trouble, with the commands', () => {
    const lines = githubAnnotations(OUTAGE, RULES).trimEnd().split('\n');
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^::error title=999bc6549a64\.systemprompt\.io%3A certificate-on-tenant-app::The app .*%0A1\. fly certs remove /,
    );
  });

  it('makes a warning of a failure of the monitor itself', () => {
    const verification = result([tenantResult()], {
      monitor: { checks: [check('fly-api', 'fail')], diagnosis: null, alsoFound: [] },
    });
    assert.match(
      githubAnnotations(verification, RULES),
      /^::warning title=monitor%3A fly-api::fly-api: unhealthy: /,
    );
  });
});

describe('Markdown', () => {
  it('has the failing tenants first, so that a limit cuts off the others', () => {
    const healthy = Array.from({ length: 250 }, (_, index) =>
      tenantResult({ tenant: `t${index}`, hostname: `t${index}.example.com` }),
    );
    const text = markdownReport(result([...healthy, CLAIMED_TENANT]), RULES);
    const rows = text.split('\n').filter((line) => line.startsWith('| ') && line.includes('.'));
    assert.match(
      rows[0] ?? '',
      /^\| 999bc6549a64\.systemprompt\.io \| failed \| certificate-on-tenant-app \|$/,
    );
    assert.match(text, /\| and 53 more \| \| \|/);
  });

  it('has the table, the cause and the command in a block of its own', () => {
    const text = markdownReport(OUTAGE, RULES);
    assert.match(text, /^## tenantwatch: failed: 1 tenant in 812 ms\n/);
    assert.match(text, /\n\| 999bc6549a64\.systemprompt\.io \| failed \| certificate-on-tenant-app \|\n/);
    assert.match(
      text,
      /\nRunbook: \[certificate-on-tenant-app\]\(https:\/\/runbooks\.example\/certificate-on-tenant-app\)\n/,
    );
    assert.match(
      text,
      /\n {3}```sh\n {3}fly certs remove 999bc6549a64\.systemprompt\.io -a sp-999bc6549a64 -y\n {3}```\n/,
    );
  });
});
