import fc from 'fast-check';
import {
  MONITOR_CHECKS,
  PLATFORM_CHECKS,
  TENANT_CHECKS,
  type CheckId,
  type CheckResult,
} from '../../src/model/check.ts';
import type { Diagnosis, RemediationStep, TenantResult, VerifyResult } from '../../src/model/diagnosis.ts';
import {
  MONITOR_PROBLEMS,
  PLATFORM_PROBLEMS,
  TENANT_PROBLEMS,
  type ProblemCode,
} from '../../src/model/problem.ts';
import { CERTAINTIES, SEVERITIES, VERDICTS, worstVerdict, type Scope } from '../../src/model/verdict.ts';

/** Results as the gate sees them: the incident of the post-mortem, and its neighbours. */

export function check<Id extends CheckId>(
  id: Id,
  verdict: CheckResult['verdict'] = 'pass',
  reason: CheckResult['reason'] = null,
): CheckResult<Id> {
  const why = verdict === 'pass' ? null : (reason ?? 'unhealthy');
  return { id, verdict, reason: why, summary: `${id} as it was seen`, evidence: {}, durationMs: 12 };
}

export const CLAIM: Diagnosis = {
  code: 'certificate-on-tenant-app',
  scope: 'tenant',
  severity: 'critical',
  certainty: 'certain',
  summary: 'The app sp-999bc6549a64 holds a certificate for 999bc6549a64.systemprompt.io.',
  explanation: 'Fly’s edge does not know which app ends TLS and drops the connection during the handshake.',
  explains: ['tls-handshake', 'site-response', 'tenant-certificates'],
  evidence: [
    'fly certs list -a sp-999bc6549a64: Awaiting configuration',
    'the handshake ended with EOF at 66.241.124.121',
  ],
  runbook: 'https://runbooks.example/certificate-on-tenant-app',
  remediation: [
    {
      kind: 'command',
      effect: 'changes',
      command: 'fly certs remove 999bc6549a64.systemprompt.io -a sp-999bc6549a64 -y',
      why: 'Takes the claim away.',
    },
    { kind: 'manual', text: 'Find the code that added it.', why: 'It will come back otherwise.' },
    {
      kind: 'command',
      effect: 'reads',
      command: 'tenantwatch verify 999bc6549a64 --wait 2m',
      why: 'Shows that it is over.',
    },
  ],
};

export function tenantResult(changes: Partial<TenantResult> = {}): TenantResult {
  const checks = changes.checks ?? TENANT_CHECKS.map((id) => check(id));
  return {
    tenant: '999bc6549a64',
    hostname: '999bc6549a64.systemprompt.io',
    app: 'sp-999bc6549a64',
    verdict: worstVerdict(checks.map(({ verdict }) => verdict)),
    durationMs: 790,
    checks,
    diagnosis: null,
    explainedBy: null,
    alsoFound: [],
    ...changes,
  };
}

export function result(tenants: readonly TenantResult[], changes: Partial<VerifyResult> = {}): VerifyResult {
  return {
    schema: 'tenantwatch.verify/1',
    startedAt: '2026-01-31T06:28:00.000Z',
    durationMs: 812,
    verdict: worstVerdict(tenants.map(({ verdict }) => verdict)),
    monitor: { checks: MONITOR_CHECKS.map((id) => check(id)), diagnosis: null, alsoFound: [] },
    platform: { checks: PLATFORM_CHECKS.map((id) => check(id)), diagnosis: null, alsoFound: [] },
    tenants,
    ...changes,
  };
}

export const HEALTHY = result([tenantResult()]);

export const CLAIMED_TENANT = tenantResult({
  checks: TENANT_CHECKS.map((id) =>
    CLAIM.explains.includes(id)
      ? check(id, 'fail', id === 'tls-handshake' ? 'eof-during-handshake' : 'claimed-by-tenant-app')
      : check(id),
  ),
  diagnosis: CLAIM,
});

export const OUTAGE = result([CLAIMED_TENANT]);

/** Text as nobody should send it: controls, escape codes, markup of every format, commands, very long, lone surrogates. */
const FRAGMENTS = [
  '\u001b[31m',
  '\u009b2J',
  '\u001b]8;;http://evil\u0007',
  '\r',
  '\n',
  '\n\n',
  '\t',
  '\u0000',
  '\u0007',
  '\u0008',
  '\u2028',
  '\u202e',
  '\u200b',
  '\ud800',
  '\ufeff',
  '\u{e0041}',
  '::error::',
  '\n::set-output name=x::y',
  '##[error]',
  '%0A::warning::',
  '<!channel>',
  '@everyone',
  '@team/ops',
  '<script>alert(1)</script>',
  ']]>',
  '&lt;',
  '&#10;',
  '"',
  "'",
  '`',
  '```',
  '```\n# h',
  '|',
  '**b**',
  '[a](javascript:x)',
  '![i](http://x)',
  '- [ ] x',
  '# h',
  '1. x',
  '\n---\n',
  '~~~',
  '$(reboot)',
  '; rm -rf /',
  'https://evil.example',
  'www.evil.example',
  'a@b.example',
  '#123',
  'EOF',
  '\\',
  '\\n',
  '%',
  ',',
  ':',
  ' ',
  'word',
  'é',
  '漢',
  '😀',
] as const;

export const hostileText = fc.oneof(
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constant('x'.repeat(5000)),
);

const hostileStep: fc.Arbitrary<RemediationStep> = fc.oneof(
  fc.record({
    kind: fc.constant('command' as const),
    effect: fc.constantFrom('reads', 'revalidates', 'changes'),
    command: hostileText,
    why: hostileText,
  }),
  fc.record({ kind: fc.constant('manual' as const), text: hostileText, why: hostileText }),
);

function hostileDiagnosis(
  scope: Scope,
  codes: readonly ProblemCode[],
  ids: readonly CheckId[],
): fc.Arbitrary<Diagnosis> {
  return fc.record({
    code: fc.constantFrom(...codes),
    scope: fc.constant(scope),
    severity: fc.constantFrom(...SEVERITIES),
    certainty: fc.constantFrom(...CERTAINTIES),
    summary: hostileText,
    explanation: hostileText,
    explains: fc.subarray([...ids]),
    evidence: fc.array(hostileText, { maxLength: 3 }),
    runbook: fc.constant('https://runbooks.example/page'),
    remediation: fc.array(hostileStep, { maxLength: 3 }),
  });
}

function hostileCheck<Id extends CheckId>(id: Id): fc.Arbitrary<CheckResult<Id>> {
  return fc
    .record({
      verdict: fc.constantFrom(...VERDICTS),
      summary: hostileText,
      evidence: fc.dictionary(hostileText, hostileText, { maxKeys: 2 }),
      known: fc.boolean(),
    })
    .map(({ known, ...rest }) => ({
      id,
      ...rest,
      reason: rest.verdict === 'pass' ? null : 'server-error',
      durationMs: 1,
      ...(known && rest.verdict === 'fail' ? { known } : {}),
    }));
}

const hostileTenant: fc.Arbitrary<TenantResult> = fc.record({
  tenant: hostileText,
  hostname: hostileText,
  app: hostileText,
  verdict: fc.constantFrom(...VERDICTS),
  durationMs: fc.nat(100_000),
  checks: fc.tuple(...TENANT_CHECKS.map((id) => hostileCheck(id))),
  diagnosis: fc.option(hostileDiagnosis('tenant', TENANT_PROBLEMS, TENANT_CHECKS)),
  explainedBy: fc.option(fc.constant({ scope: 'platform' as const, code: 'platform-tls-outage' as const })),
  alsoFound: fc.array(hostileDiagnosis('tenant', TENANT_PROBLEMS, TENANT_CHECKS), { maxLength: 2 }),
});

export const hostileResult: fc.Arbitrary<VerifyResult> = fc.record({
  schema: fc.constant('tenantwatch.verify/1' as const),
  startedAt: fc.constant('2026-01-31T06:28:00.000Z'),
  durationMs: fc.nat(100_000),
  verdict: fc.constantFrom(...VERDICTS),
  monitor: fc.record({
    checks: fc.tuple(...MONITOR_CHECKS.map((id) => hostileCheck(id))),
    diagnosis: fc.option(hostileDiagnosis('monitor', MONITOR_PROBLEMS, MONITOR_CHECKS)),
    alsoFound: fc.constant([]),
  }),
  platform: fc.record({
    checks: fc.tuple(...PLATFORM_CHECKS.map((id) => hostileCheck(id))),
    diagnosis: fc.option(hostileDiagnosis('platform', PLATFORM_PROBLEMS, PLATFORM_CHECKS)),
    alsoFound: fc.constant([]),
  }),
  tenants: fc.array(hostileTenant, { maxLength: 3 }),
});
