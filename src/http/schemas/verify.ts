import { z } from 'zod';
import { CHECK_IDS, MONITOR_CHECKS, PLATFORM_CHECKS, TENANT_CHECKS } from '../../model/check.ts';
import { PROBLEM_CODES } from '../../model/problem.ts';
import { CERTAINTIES, SCOPES, SEVERITIES, VERDICTS } from '../../model/verdict.ts';
import { answer, named } from './common.ts';

/** The document of `verify --format json`. The tests hold it to real documents. */

export const verdict = z.enum(VERDICTS).describe("unknown: we could not tell, never the tenant's fault.");
export const severity = z.enum(SEVERITIES);
export const certainty = z.enum(CERTAINTIES);
export const scope = z.enum(SCOPES);
export const problemCode = z.enum(PROBLEM_CODES);
const duration = z.number().describe('Milliseconds.');

export const problemRef = answer({ scope, code: problemCode });

function checkResult<const Ids extends readonly [string, ...string[]]>(ids: Ids) {
  return answer({
    id: z.enum(ids),
    verdict,
    reason: z.string().nullable().describe('From a closed set; null on pass.'),
    summary: z.string(),
    evidence: z
      .record(z.string(), z.unknown())
      .describe('Facts that the judgement rests on; keys differ by check.'),
    durationMs: duration,
  });
}

const step = z.union([
  answer({
    kind: z.literal('command'),
    effect: z.enum(['reads', 'revalidates', 'changes']),
    command: z.string(),
    why: z.string(),
  }),
  answer({ kind: z.literal('manual'), text: z.string(), why: z.string() }),
]);

export const diagnosis = named(
  'Diagnosis',
  answer({
    code: problemCode,
    scope,
    severity,
    certainty,
    summary: z.string(),
    explanation: z.string(),
    explains: z.array(z.enum(CHECK_IDS)),
    evidence: z.array(z.string()),
    runbook: z.string(),
    remediation: z.array(step),
  }),
);

export const tenantResult = named(
  'TenantResult',
  answer({
    tenant: z.string(),
    hostname: z.string(),
    app: z.string(),
    verdict,
    durationMs: duration,
    checks: z.array(named('TenantCheck', checkResult(TENANT_CHECKS))),
    diagnosis: diagnosis.nullable(),
    explainedBy: problemRef.nullable(),
    alsoFound: z.array(diagnosis),
  }),
);

export const platformResult = named(
  'PlatformResult',
  answer({
    checks: z.array(checkResult(PLATFORM_CHECKS)),
    diagnosis: diagnosis.nullable(),
    alsoFound: z.array(diagnosis),
  }),
);

export const monitorResult = named(
  'MonitorResult',
  answer({
    checks: z.array(checkResult(MONITOR_CHECKS)),
    diagnosis: diagnosis.nullable(),
    alsoFound: z.array(diagnosis),
  }),
);

export const verifyResult = named(
  'VerifyResult',
  answer({
    schema: z.literal('tenantwatch.verify/1'),
    startedAt: z.iso.datetime(),
    durationMs: duration,
    verdict,
    monitor: monitorResult,
    platform: platformResult,
    tenants: z.array(tenantResult),
  }).describe('The document of `tenantwatch verify --format json`.'),
);
