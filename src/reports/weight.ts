import { REQUIRED_CHECKS } from '../checks/index.ts';
import type { CheckId, CheckResult } from '../model/check.ts';
import type { VerifyResult } from '../model/diagnosis.ts';
import { subjectsOf, type Subject } from './subject.ts';

/** What a check means to a gate. `known`: it failed before, with the same code; nobody's fault this time. */
export type Weight = 'fails' | 'could-not-tell' | 'known' | 'warns' | 'passes' | 'skipped';

export interface GateRules {
  /** Warnings fail. */
  readonly strict: boolean;
}

const REQUIRED: readonly CheckId[] = REQUIRED_CHECKS;

/** A failed check of the monitor never counts as the tenant's or the platform's; what it leaves unknown does, as unknown. */
export function weightOf(check: CheckResult, scope: Subject['scope'], rules: GateRules): Weight {
  switch (check.verdict) {
    case 'fail':
      return scope === 'monitor' ? 'warns' : check.known === true ? 'known' : 'fails';
    case 'unknown':
      return scope === 'tenant' && REQUIRED.includes(check.id) ? 'could-not-tell' : 'warns';
    case 'warn':
      return rules.strict && scope !== 'monitor' ? 'fails' : 'warns';
    case 'pass':
      return 'passes';
    case 'skipped':
      return 'skipped';
  }
}

export type GateVerdict = 'failed' | 'could-not-tell' | 'passed';

/** The result as the gate sees it: one weight over all checks of platform and tenants. */
export function gateVerdict(result: VerifyResult, rules: GateRules): GateVerdict {
  const subjects = subjectsOf(result);
  const weights = subjects.flatMap(({ scope, checks }) =>
    checks.map((check) => weightOf(check, scope, rules)),
  );
  // A check that nobody needs and that could not tell makes the tenant's verdict a warning, though it is none itself.
  const warned =
    rules.strict && subjects.some(({ scope, verdict }) => scope === 'tenant' && verdict === 'warn');
  if (warned || weights.includes('fails')) return 'failed';
  return weights.includes('could-not-tell') ? 'could-not-tell' : 'passed';
}
