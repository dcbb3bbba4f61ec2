import type { Diagnosis, RemediationStep, VerifyResult } from '../model/diagnosis.ts';
import { link, prose } from './markdown-blocks.ts';
import { findingsOf, subjectsOf, worstFirst, type Subject } from './subject.ts';
import type { GateRules } from './weight.ts';
import {
  checkText,
  codeLine,
  EFFECT_WORDS,
  headline,
  isKnown,
  KNOWN,
  stepText,
  VERDICT_WORDS,
  withoutRunnerCommands,
} from './wording.ts';

export interface MarkdownOptions extends GateRules {
  /** The report ends before this many bytes of UTF-8, and says so. Default: no bound. */
  readonly maxBytes?: number;
}

/** For pull requests, chats and step summaries: verdict, the table of tenants, details of what is wrong. Ends with a newline. */
export function markdownReport(result: VerifyResult, options: MarkdownOptions): string {
  const subjects = worstFirst(subjectsOf(result));
  const troubled = subjects.filter(
    (subject) =>
      subject.checks.some(({ verdict }) => verdict === 'fail' || verdict === 'unknown') ||
      findingsOf(subject).length > 0,
  );
  const blocks = [
    `## tenantwatch: ${prose(headline(result, options))}`,
    ...table(subjects),
    ...troubled.map(details),
  ];
  return bounded(blocks, options.maxBytes ?? Number.POSITIVE_INFINITY);
}

const TABLE_ROWS = 200;

function table(subjects: readonly Subject[]): readonly string[] {
  const rows = subjects
    .filter(({ scope, checks }) => scope === 'tenant' || checks.length > 0)
    .map((subject) => {
      const code = subject.diagnosis?.code ?? subject.explainedBy?.code ?? '';
      return `| ${prose(subject.title)} | ${isKnown(subject) ? KNOWN : VERDICT_WORDS[subject.verdict]} | ${prose(code)} |`;
    });
  if (rows.length === 0) return [];
  const more = rows.length > TABLE_ROWS ? [`| and ${rows.length - TABLE_ROWS} more | | |`] : [];
  return [
    ['| Site | Verdict | Problem |', '| --- | --- | --- |', ...rows.slice(0, TABLE_ROWS), ...more].join('\n'),
  ];
}

function details(subject: Subject): string {
  const checks = subject.checks
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skipped')
    .map(
      (check) =>
        `- ${check.verdict}${check.known === true ? ' (known)' : ''}: ${prose(check.id)}: ${prose(checkText(check))}`,
    );
  const explained = subject.explainedBy;
  return [
    `### ${prose(subject.title)}: ${VERDICT_WORDS[subject.verdict]}`,
    ...(explained === null ? [] : [`Explained by the ${explained.scope}: ${prose(explained.code)}`]),
    ...findingsOf(subject).map(finding),
    ...(checks.length > 0 ? [checks.join('\n')] : []),
  ].join('\n\n');
}

function finding(diagnosis: Diagnosis): string {
  const evidence = diagnosis.evidence.map((fact) => `- ${prose(fact)}`).join('\n');
  return [
    `**${prose(diagnosis.summary)}** (${prose(codeLine(diagnosis))})`,
    prose(diagnosis.explanation),
    ...(evidence === '' ? [] : [evidence]),
    ...diagnosis.remediation.map((step, index) => remedy(step, index + 1)),
    `Runbook: ${link(diagnosis.code, diagnosis.runbook)}`,
  ].join('\n\n');
}

function remedy(step: RemediationStep, number: number): string {
  const why = prose(step.why);
  if (step.kind === 'manual') return `${number}. ${prose(step.text)}${why === '' ? '' : ` (${why})`}`;
  const command = withoutRunnerCommands(stepText(step));
  // Longer than any run of backticks inside: the block cannot be left (CommonMark, fenced code blocks).
  const longest = Math.max(2, ...Array.from(command.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const indent = ' '.repeat(`${number}. `.length);
  return `${number}. ${why} (${EFFECT_WORDS[step.effect]})\n\n${indent}${fence}sh\n${indent}${command}\n${indent}${fence}`;
}

function bounded(blocks: readonly string[], maxBytes: number): string {
  const text = `${blocks.join('\n\n')}\n`;
  if (byteLength(text) <= maxBytes) return text;
  const kept: string[] = [];
  let used = 200;
  for (const block of blocks) {
    used += byteLength(block) + 2;
    if (used > maxBytes) break;
    kept.push(block);
  }
  return `${[...kept, `${blocks.length - kept.length} more sections did not fit.`].join('\n\n')}\n`;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
