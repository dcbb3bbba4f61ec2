import type { CheckId } from '../model/check.ts';
import type { ProblemCode } from '../model/problem.ts';
import { CERTAINTIES, SEVERITIES, type Certainty, type Severity } from '../model/verdict.ts';
import { applies, type Rule } from './rules.ts';

/** A row that applies, with the checks that it explains here. */
export interface Finding<Code extends ProblemCode = ProblemCode> {
  readonly code: Code;
  readonly certainty: Certainty;
  readonly severity: Severity;
  readonly explains: readonly CheckId[];
}

export interface Findings<Code extends ProblemCode = ProblemCode> {
  readonly root: Finding<Code> | null;
  readonly alsoFound: readonly Finding<Code>[];
}

/** What is wrong in the scope, and how much of it another scope's problem explains. */
export interface Symptoms {
  /** Checks that failed or warned. Null: the findings of this scope rest on their facts alone. */
  readonly failing: ReadonlySet<CheckId> | null;
  readonly explainedElsewhere: ReadonlySet<CheckId>;
}

/**
 * Exactly one root or none: outages before warnings, certain before likely, then the order of the table. Every other certain
 * finding is kept beside it; a likely or unexplained one only where stronger ones leave something of it unexplained. What explains no failed
 * check, or only checks that another scope's problem explains, is no finding: it would blame where nothing is known to be wrong.
 */
export function diagnose<Facts, Code extends ProblemCode>(
  rules: readonly Rule<Facts, Code>[],
  facts: Facts,
  symptoms: Symptoms,
): Findings<Code> {
  const { failing, explainedElsewhere } = symptoms;
  const found: Finding<Code>[] = [];
  for (const rule of rules) {
    if (!applies(rule, facts)) continue;
    const explains = failing === null ? rule.explains : rule.explains.filter((check) => failing.has(check));
    if (failing !== null && explains.every((check) => explainedElsewhere.has(check))) continue;
    found.push({ code: rule.code, certainty: rule.certainty, severity: rule.severity, explains });
  }
  if (found.length === 0) return NO_FINDINGS;
  // Sorting is stable: equals keep the order of the table.
  found.sort((a, b) => rank(a) - rank(b));
  const [root, ...others] = oneForEachCode(found);
  if (root === undefined) return NO_FINDINGS;
  const explained = new Set([...explainedElsewhere, ...root.explains]);
  const alsoFound: Finding<Code>[] = [];
  for (const finding of others) {
    if (finding.certainty !== 'certain' && finding.explains.every((check) => explained.has(check))) continue;
    alsoFound.push(finding);
    for (const check of finding.explains) explained.add(check);
  }
  return { root, alsoFound };
}

export const NO_FINDINGS: Findings<never> = { root: null, alsoFound: [] };

function rank({ severity, certainty }: Finding): number {
  return SEVERITIES.indexOf(severity) * CERTAINTIES.length + CERTAINTIES.indexOf(certainty);
}

/** Several rows may name one problem in several strengths: the first, strongest, counts. */
function oneForEachCode<Code extends ProblemCode>(found: readonly Finding<Code>[]): readonly Finding<Code>[] {
  const byCode = new Map<Code, Finding<Code>>();
  for (const finding of found) if (!byCode.has(finding.code)) byCode.set(finding.code, finding);
  return [...byCode.values()];
}
