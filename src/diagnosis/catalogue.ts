/**
 * The catalogue: every problem with its words and its way out. Complete by type: a code without an entry does not
 * compile, and `docs/runbooks/` has one page for each.
 */
import type { RemediationStep } from '../model/diagnosis.ts';
import type { Platform } from '../model/platform.ts';
import type { ProblemCode } from '../model/problem.ts';
import type { Severity } from '../model/verdict.ts';
import type { Problem, RemedyContext } from './problem.ts';
import { ANSWERS } from './problems/answers.ts';
import { APPS } from './problems/apps.ts';
import { CERTIFICATES } from './problems/certificates.ts';
import { CLAIMS } from './problems/claims.ts';
import { EDGE } from './problems/edge.ts';
import { MONITOR } from './problems/monitor.ts';
import { NAMES } from './problems/names.ts';
import { PLATFORM } from './problems/platform.ts';

export type { Problem, RemedyContext } from './problem.ts';

export const CATALOGUE: Readonly<Record<ProblemCode, Problem>> = {
  ...MONITOR,
  ...PLATFORM,
  ...CLAIMS,
  ...NAMES,
  ...CERTIFICATES,
  ...EDGE,
  ...APPS,
  ...ANSWERS,
};

/** The title as it reads within a sentence: `a certificate on the tenant’s app conflicts with the wildcard`. */
export function titleWithin(code: ProblemCode): string {
  const { title } = CATALOGUE[code];
  // A name keeps its capital.
  return title.startsWith('Fly') ? title : `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
}

/** What the problem is, in the words for how far it has come. */
export function explanationOf(code: ProblemCode, severity: Severity): string {
  const { explanation, latentExplanation } = CATALOGUE[code];
  return severity === 'critical' ? explanation : (latentExplanation ?? explanation);
}

/** The ordered steps for a problem, with the case's own values. */
export function buildRemediation(code: ProblemCode, context: RemedyContext): readonly RemediationStep[] {
  return CATALOGUE[code].remedy(context);
}

/** Absolute address of the problem's runbook page. */
export function runbookUrl(code: ProblemCode, platform: Platform): string {
  const { runbookBaseUrl: base } = platform;
  return base.includes('{code}') ? base.replaceAll('{code}', code) : `${base}/${code}`;
}
