import type { Verdict } from '../model/verdict.ts';
import { PLAIN, type Palette } from './palette.ts';
import { VERDICT_STYLE } from './standing.ts';
import { say } from './wording.ts';
import { wrap } from './wrap.ts';

/** One thing that the doctor looked at. */
export interface DoctorFinding {
  readonly id: string;
  readonly verdict: Verdict;
  /** What was found, in a sentence for people. */
  readonly text: string;
  /** What to do, in order; empty when nothing is. Commands stand alone. */
  readonly advice: readonly string[];
}

export interface DoctorReport {
  /** Nothing failed and nothing is left that could not be told. */
  readonly ok: boolean;
  readonly findings: readonly DoctorFinding[];
}

export function doctorReportOf(findings: readonly DoctorFinding[]): DoctorReport {
  return { ok: findings.every(({ verdict }) => verdict !== 'fail' && verdict !== 'unknown'), findings };
}

/** One line for each thing, what to do below those that need it. Ends with a newline. */
export function doctorReport({ ok, findings }: DoctorReport, palette: Palette = PLAIN): string {
  const width = Math.max(0, ...findings.map(({ id }) => id.length));
  const indent = 2 + 7 + 2 + width + 2;
  const lines = findings.flatMap(({ id, verdict, text, advice }) => [
    `  ${palette[VERDICT_STYLE[verdict]](verdict.padEnd(7))}  ${say(id).padEnd(width)}  ${wrap(say(text), indent).trimStart()}`,
    // Not wrapped: some of it is to be pasted.
    ...advice.map((step) => `${' '.repeat(indent)}${palette.command(`-> ${say(step)}`)}`),
  ]);
  const bad = findings.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown').length;
  const last = ok ? palette.good('ready') : palette.bad(`${bad} of ${findings.length} need attention`);
  return `${[...lines, '', last].join('\n')}\n`;
}
