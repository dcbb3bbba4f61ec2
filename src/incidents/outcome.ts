import type { Diagnosis, ScopeResult, TenantResult } from '../model/diagnosis.ts';
import type { MonitorCheckId, PlatformCheckId } from '../model/check.ts';
import type { Subject } from '../model/incident.ts';
import type { ProblemRef } from '../model/problem.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { worstVerdict, type Scope, type Verdict } from '../model/verdict.ts';

/** What one run says of one subject: all that an incident needs to know of it. */
export interface Outcome {
  readonly subject: Subject;
  /** When the run began, milliseconds since the epoch. Names the run: the same outcome again changes nothing. */
  readonly at: number;
  readonly verdict: Verdict;
  readonly diagnosis: Diagnosis | null;
  readonly explainedBy: ProblemRef | null;
  /** When the list of certificates was taken that a claim in the diagnosis rests on. Undefined: it rests on none. */
  readonly listedAt?: number;
}

/** @param snapshot what the result was judged from */
export function tenantOutcome(
  result: TenantResult,
  snapshot: Pick<TenantSnapshot, 'takenAt' | 'certificates' | 'otherClaims'>,
): Outcome {
  const { tenant, verdict, diagnosis, explainedBy } = result;
  const list = listBehind(diagnosis, snapshot);
  const listed = list === undefined || list.outcome === 'not-taken' ? {} : { listedAt: list.at };
  const subject = { scope: 'tenant', name: tenant } as const;
  return { subject, at: snapshot.takenAt, verdict, diagnosis, explainedBy, ...listed };
}

function listBehind(
  diagnosis: Diagnosis | null,
  { certificates, otherClaims }: Pick<TenantSnapshot, 'certificates' | 'otherClaims'>,
): TenantSnapshot['certificates'] | undefined {
  if (diagnosis?.code === 'certificate-on-tenant-app') return certificates;
  return diagnosis?.code === 'certificate-on-foreign-app' ? otherClaims : undefined;
}

/** Platform and monitor have one subject each. */
export function scopeOutcome(
  scope: Exclude<Scope, 'tenant'>,
  result: ScopeResult<MonitorCheckId | PlatformCheckId>,
  at: number,
): Outcome {
  const verdict = worstVerdict(result.checks.map((check) => check.verdict));
  return { subject: { scope, name: scope }, at, verdict, diagnosis: result.diagnosis, explainedBy: null };
}

/** How an incident reads an outcome. */
export type Reading =
  | { readonly kind: 'failing'; readonly diagnosis: Diagnosis | null }
  | { readonly kind: 'passing' }
  /** Neither opens nor resolves: not known, not looked, or another scope's fault. */
  | { readonly kind: 'undecided'; readonly explainedBy: ProblemRef | null };

export function read(outcome: Outcome): Reading {
  const { verdict, diagnosis, explainedBy, subject } = outcome;
  switch (verdict) {
    case 'fail':
      if (explainedBy !== null && diagnosis === null) return { kind: 'undecided', explainedBy };
      return { kind: 'failing', diagnosis };
    case 'warn':
      // Only `fail` opens against a tenant. Of the platform and of ourselves a warning is news as well: a wildcard
      // certificate that nobody renews takes every tenant down.
      if (subject.scope !== 'tenant' && diagnosis !== null) return { kind: 'failing', diagnosis };
      return { kind: 'passing' };
    case 'pass':
      return { kind: 'passing' };
    case 'unknown':
    case 'skipped':
      return { kind: 'undecided', explainedBy };
  }
}
