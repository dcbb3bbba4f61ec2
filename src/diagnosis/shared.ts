import { judgeMonitor, judgePlatform } from '../checks/index.ts';
import type { CheckId } from '../model/check.ts';
import type { Diagnosis, MonitorResult, PlatformResult } from '../model/diagnosis.ts';
import type { Platform } from '../model/platform.ts';
import type { MonitorProblem, PlatformProblem } from '../model/problem.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import type { Scope } from '../model/verdict.ts';
import { buildRemediation, CATALOGUE, runbookUrl } from './catalogue.ts';
import { diagnose, NO_FINDINGS, type Findings } from './diagnose.ts';
import { expand, type Diagnoses } from './expand.ts';
import { mayExplain, type Scene } from './explained.ts';
import { MONITOR_RULES, monitorFacts } from './monitor-rules.ts';
import { PLATFORM_RULES, platformFacts } from './platform-rules.ts';
import { sharedEvidence, sharedSummary, type SharedCase } from './shared-summary.ts';
import { controlFails, failingOf, withoutOurs } from './symptoms.ts';

/** What one round says of everything but the tenants. */
export interface SharedResult {
  readonly monitor: MonitorResult;
  readonly platform: PlatformResult;
}

const NONE: ReadonlySet<CheckId> = new Set();

/** Judges and diagnoses the monitor itself, then the platform. */
export function diagnoseShared(snapshot: PlatformSnapshot, settings: Platform): SharedResult {
  const monitorChecks = judgeMonitor(snapshot, settings);
  const judged = judgePlatform(snapshot, settings);
  const ours = diagnose(MONITOR_RULES, monitorFacts(snapshot, monitorChecks), {
    failing: null,
    explainedElsewhere: NONE,
  });
  const scene: Scene = { shared: snapshot, tenant: null, settings, controlFails: controlFails(judged) };
  const ourCodes = ours.root === null ? [] : [ours.root, ...ours.alsoFound].map(({ code }) => code);
  const platformChecks = withoutOurs(judged, ourCodes, scene);
  const failing = failingOf(platformChecks);
  const theirs =
    failing.size === 0
      ? NO_FINDINGS
      : diagnose(PLATFORM_RULES, platformFacts(platformChecks), { failing, explainedElsewhere: NONE });
  const is: SharedCase = { snapshot, settings, checks: [...monitorChecks, ...platformChecks] };
  return {
    monitor: { checks: monitorChecks, ...sharedDiagnoses('monitor', ours, failingOf(monitorChecks), is) },
    platform: { checks: platformChecks, ...sharedDiagnoses('platform', theirs, failing, is) },
  };
}

function sharedDiagnoses(
  scope: Scope,
  findings: Findings<MonitorProblem | PlatformProblem>,
  failing: ReadonlySet<CheckId>,
  is: SharedCase,
): Diagnoses {
  return expand(findings, (finding, others): Diagnosis => {
    const { code, severity, certainty } = finding;
    const explained = [...finding.explains.filter((id) => failing.has(id)), ...mayExplain(code)];
    return {
      code,
      scope,
      severity,
      certainty,
      summary: sharedSummary(code, is),
      explanation: CATALOGUE[code].explanation,
      explains: [...new Set(explained)],
      evidence: sharedEvidence(code, is),
      runbook: runbookUrl(code, is.settings),
      remediation: buildRemediation(code, {
        platform: is.settings,
        shared: is.snapshot,
        tenant: null,
        alsoFound: others,
        storm: false,
      }),
    };
  });
}
