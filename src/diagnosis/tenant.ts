import { judgeTenant, verdictOf } from '../checks/index.ts';
import type { CheckId, CheckResult } from '../model/check.ts';
import type { Diagnosis, TenantResult } from '../model/diagnosis.ts';
import type { Platform } from '../model/platform.ts';
import type { ProblemRef, TenantProblem } from '../model/problem.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import type { Scope } from '../model/verdict.ts';
import { buildRemediation, explanationOf, runbookUrl } from './catalogue.ts';
import { diagnose, NO_FINDINGS, type Finding } from './diagnose.ts';
import { expand, type Diagnoses } from './expand.ts';
import { explains, type Scene } from './explained.ts';
import { tenantFacts } from './facts.ts';
import type { SharedResult } from './shared.ts';
import { spanMs } from './span.ts';
import { controlFails, failingOf, withoutOurs } from './symptoms.ts';
import { tenantEvidence } from './tenant-evidence.ts';
import { TENANT_RULES } from './tenant-rules.ts';
import { tenantSummary, type TenantCase } from './tenant-summary.ts';

/** Judges and diagnoses one tenant in the light of what is known of the platform and the monitor. */
export function diagnoseTenant(
  snapshot: TenantSnapshot,
  shared: SharedResult,
  settings: Platform,
): TenantResult {
  const { id, hostname, app } = snapshot.tenant;
  const scene: Scene = {
    shared: snapshot.platform,
    tenant: snapshot,
    settings,
    controlFails: controlFails(shared.platform.checks),
  };
  const ours = refsOf(shared.monitor, 'monitor');
  const codes = ours.map(({ code }) => code);
  const checks = withoutOurs(judgeTenant(snapshot, settings), codes, scene);
  const base = {
    tenant: id,
    hostname,
    app,
    verdict: verdictOf(checks),
    durationMs: spanMs(snapshot),
    checks,
  };
  if (checks.every(({ verdict }) => verdict === 'pass' || verdict === 'skipped')) {
    return { ...base, diagnosis: null, explainedBy: null, alsoFound: [] };
  }
  const refs = [...ours, ...refsOf(shared.platform, 'platform')];
  const explainedElsewhere = new Set<CheckId>();
  for (const check of checks) {
    if (refs.some(({ code }) => explains(code, check, scene))) explainedElsewhere.add(check.id);
  }
  const failing = failingOf(checks);
  const facts = tenantFacts(snapshot, checks, settings);
  const findings =
    failing.size === 0 ? NO_FINDINGS : diagnose(TENANT_RULES, facts, { failing, explainedElsewhere });
  const is: TenantCase = {
    snapshot,
    settings,
    facts,
    checks: new Map(checks.map((check) => [check.id, check])),
  };
  return {
    ...base,
    ...expand(findings, (finding, others) => tenantDiagnosis(finding, others, is, shared)),
    explainedBy: explainedBy(checks, refs, scene),
  };
}

/** Every problem found in the other scope, the root first. */
function refsOf({ diagnosis, alsoFound }: Diagnoses, scope: Scope): readonly ProblemRef[] {
  if (diagnosis === null) return [];
  return [diagnosis, ...alsoFound].map(({ code }) => ({ scope, code }));
}

/**
 * The problem of another scope that explains all that is worst here: all that failed (what became unknown by it included), else all that
 * is unknown, else all warnings. Null as soon as one of them has no such explanation.
 */
function explainedBy(
  checks: readonly CheckResult[],
  refs: readonly ProblemRef[],
  scene: Scene,
): ProblemRef | null {
  if (refs.length === 0) return null;
  const isOurs = (check: CheckResult): boolean => check.reason?.startsWith('explained-by:') ?? false;
  const failed = checks.filter((check) => check.verdict === 'fail' || isOurs(check));
  const unknown = checks.filter(({ verdict }) => verdict === 'unknown');
  const warned = checks.filter(({ verdict }) => verdict === 'warn');
  const worst = failed.length > 0 ? failed : unknown.length > 0 ? unknown : warned;
  const by = worst.map((check) =>
    refs.find(({ code }) => check.reason === `explained-by:${code}` || explains(code, check, scene)),
  );
  if (by.length === 0 || by.includes(undefined)) return null;
  // Where several share the work, the one that comes first in its scope's order is named.
  const first = refs.find((ref) => by.includes(ref));
  return first ?? null;
}

function tenantDiagnosis(
  finding: Finding<TenantProblem>,
  others: readonly TenantProblem[],
  is: TenantCase,
  shared: SharedResult,
): Diagnosis {
  const { code, severity, certainty } = finding;
  const { snapshot, settings } = is;
  return {
    code,
    scope: 'tenant',
    severity,
    certainty,
    summary: tenantSummary(code, is),
    explanation: explanationOf(code, severity),
    explains: finding.explains,
    evidence: tenantEvidence(code, is, shared.platform.checks),
    runbook: runbookUrl(code, settings),
    remediation: buildRemediation(code, {
      platform: settings,
      shared: snapshot.platform,
      tenant: snapshot,
      alsoFound: others,
      storm: false,
    }),
  };
}
