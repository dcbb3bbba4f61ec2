import type { CheckId } from '../model/check.ts';
import type { ProblemCode } from '../model/problem.ts';
import type { Certainty, Severity } from '../model/verdict.ts';

/**
 * One row of a decision table. It applies when every named fact has one of the listed values; facts are small closed unions, so that
 * a table can name them and a test can enumerate them.
 */
export interface Rule<Facts, Code extends ProblemCode = ProblemCode> {
  readonly code: Code;
  readonly when: { readonly [Fact in keyof Facts]?: readonly Facts[Fact][] };
  readonly certainty: Certainty;
  readonly severity: Severity;
  /** Checks of the same scope whose failure it explains, and therefore mutes. */
  readonly explains: readonly CheckId[];
}

export function applies<Facts>(rule: Rule<Facts>, facts: Facts): boolean {
  const conditions = Object.entries(rule.when) as [keyof Facts, readonly Facts[keyof Facts][]][];
  return conditions.every(([fact, allowed]) => allowed.includes(facts[fact]));
}
