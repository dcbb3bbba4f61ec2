import type { CheckResult } from '../model/check.ts';
import type { Diagnosis, VerifyResult } from '../model/diagnosis.ts';
import type { ProblemRef } from '../model/problem.ts';
import { VERDICTS, worstVerdict, type Scope, type Verdict } from '../model/verdict.ts';

/** What a report has a section for: the monitor, the platform, one tenant. */
export interface Subject {
  readonly scope: Scope;
  /** `monitor`, `platform`, or the tenant's id. */
  readonly name: string;
  /** For headings: the host name of a tenant. */
  readonly title: string;
  readonly verdict: Verdict;
  readonly durationMs: number | null;
  readonly checks: readonly CheckResult[];
  readonly diagnosis: Diagnosis | null;
  readonly explainedBy: ProblemRef | null;
  readonly alsoFound: readonly Diagnosis[];
}

/** Platform and monitor first: what is wrong there may explain the rest. */
export function subjectsOf(result: VerifyResult): readonly Subject[] {
  const shared = (['platform', 'monitor'] as const).map((scope): Subject => ({
    scope,
    name: scope,
    title: scope,
    verdict: worstVerdict(result[scope].checks.map(({ verdict }) => verdict)),
    durationMs: null,
    explainedBy: null,
    ...result[scope],
  }));
  const tenants = result.tenants.map(({ tenant, hostname, ...rest }): Subject => ({
    scope: 'tenant',
    name: tenant,
    title: hostname,
    ...rest,
  }));
  return [...shared, ...tenants];
}

/** Platform and monitor, then the tenants, the worst first: what has to be cut off is what passes. */
export function worstFirst(subjects: readonly Subject[]): readonly Subject[] {
  const rank = ({ scope, verdict }: Subject): number => (scope === 'tenant' ? VERDICTS.indexOf(verdict) : -1);
  return subjects.toSorted((left, right) => rank(left) - rank(right));
}

/** The root and the further findings. */
export function findingsOf(subject: Subject): readonly Diagnosis[] {
  return subject.diagnosis === null ? subject.alsoFound : [subject.diagnosis, ...subject.alsoFound];
}

/** The code behind a check that did not pass: of the finding that explains it, else of the scope that does, else its own reason. */
export function causeOf(subject: Subject, check: CheckResult): string | null {
  const finding = findingsOf(subject).find(({ explains }) => explains.includes(check.id));
  return finding?.code ?? subject.explainedBy?.code ?? check.reason;
}
