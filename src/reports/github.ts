import type { VerifyResult } from '../model/diagnosis.ts';
import { markdownReport } from './markdown.ts';
import { findingsOf, subjectsOf, worstFirst, type Subject } from './subject.ts';
import { weightOf, type GateRules, type Weight } from './weight.ts';
import { checkText, codeLine, say, stepText } from './wording.ts';
import { workflowCommands, type Annotation } from './workflow-commands.ts';

/** `GITHUB_STEP_SUMMARY` takes at most 1 MiB for a step; a larger one is refused as a whole. */
const SUMMARY_BYTES = 1_000_000;

/** Workflow commands, one for each subject with trouble, errors first; the last of a level counts what did not fit. */
export function githubAnnotations(result: VerifyResult, rules: GateRules): string {
  const annotations = worstFirst(subjectsOf(result)).flatMap((subject) => annotation(subject, rules) ?? []);
  return workflowCommands(annotations);
}

/** Markdown for `GITHUB_STEP_SUMMARY`, within its limit. */
export function githubSummary(result: VerifyResult, rules: GateRules): string {
  return markdownReport(result, { ...rules, maxBytes: SUMMARY_BYTES });
}

/**
 * Lines for `GITHUB_OUTPUT`. The delimiter must be random (a value that contains it could set other outputs); values that hold it
 * nevertheless are refused by an error.
 */
export function githubOutputs(outputs: Readonly<Record<string, string>>, delimiter: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      if (value.includes(delimiter)) throw new Error('the delimiter occurs in the value');
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join('');
}

function annotation(subject: Subject, rules: GateRules): Annotation | undefined {
  const weighed = subject.checks.map((check) => ({ check, weight: weightOf(check, subject.scope, rules) }));
  const serious =
    weighed.find(({ weight }) => weight === 'fails') ??
    weighed.find(({ weight }) => weight === 'could-not-tell');
  const mild = weighed.find(({ weight }) => isMild(weight));
  const worst = serious ?? mild;
  const finding = findingsOf(subject)[0];
  if (worst === undefined) return undefined;
  const level = serious === undefined ? 'warning' : 'error';
  const title = `${say(subject.title)}: ${say(finding?.code ?? subject.explainedBy?.code ?? worst.check.id)}`;
  if (finding === undefined) return { level, title, text: `${worst.check.id}: ${checkText(worst.check)}` };
  const steps = finding.remediation.map((step, index) => `${index + 1}. ${stepText(step)}`);
  return {
    level,
    title,
    text: [say(finding.summary), codeLine(finding), ...steps, say(finding.runbook)].join('\n'),
  };
}

function isMild(weight: Weight): boolean {
  return weight === 'warns' || weight === 'known';
}
