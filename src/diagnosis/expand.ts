import type { Diagnosis } from '../model/diagnosis.ts';
import type { ProblemCode } from '../model/problem.ts';
import type { Finding, Findings } from './diagnose.ts';

/** The root of a scope and what else was found, in full. */
export interface Diagnoses {
  readonly diagnosis: Diagnosis | null;
  readonly alsoFound: readonly Diagnosis[];
}

/** Every finding in full; each is told of all the others, since the order of repairs depends on them. */
export function expand<Code extends ProblemCode>(
  { root, alsoFound }: Findings<Code>,
  build: (finding: Finding<Code>, others: readonly Code[]) => Diagnosis,
): Diagnoses {
  if (root === null) return { diagnosis: null, alsoFound: [] };
  const codes = [root, ...alsoFound].map(({ code }) => code);
  const one = (finding: Finding<Code>): Diagnosis =>
    build(
      finding,
      codes.filter((code) => code !== finding.code),
    );
  return { diagnosis: one(root), alsoFound: alsoFound.map(one) };
}
