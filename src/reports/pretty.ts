import type { CheckResult } from '../model/check.ts';
import type { Diagnosis, RemediationStep, VerifyResult } from '../model/diagnosis.ts';
import { spokenMs } from '../model/spoken.ts';
import { PLAIN, type Palette } from './palette.ts';
import { VERDICT_STYLE } from './standing.ts';
import { findingsOf, subjectsOf, worstFirst, type Subject } from './subject.ts';
import { gateVerdict, type GateRules } from './weight.ts';
import {
  checkText,
  codeLine,
  EFFECT_WORDS,
  GATE_WORDS,
  headline,
  isKnown,
  KNOWN,
  say,
  stepText,
  VERDICT_WORDS,
  withoutRunnerCommands,
} from './wording.ts';
import { wrap } from './wrap.ts';

export interface PrettyOptions extends GateRules {
  readonly palette?: Palette;
  /** Said at the end: why the gate stopped waiting, what was interrupted. */
  readonly notes?: readonly string[];
}

/** More failing tenants than this share a problem or a storm; their details are in the other formats. */
const DETAILED_TENANTS = 10;
const LISTED_TENANTS = 50;

/** The calm report for people: verdict, what is wrong and why, the commands, then the checks. Ends with a newline. */
export function prettyReport(result: VerifyResult, options: PrettyOptions): string {
  const palette = options.palette ?? PLAIN;
  const subjects = subjectsOf(result);
  const shared = subjects.filter(({ scope, ...subject }) => scope !== 'tenant' && hasFindings(subject));
  const [only, ...others] = subjects.filter(({ scope }) => scope === 'tenant');
  // Of one tenant the whole time is told: waiting for Fly's API is part of it.
  const tenants =
    only === undefined
      ? []
      : others.length > 0
        ? [only, ...others]
        : [{ ...only, durationMs: result.durationMs }];
  const troubled = worstFirst(tenants).filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skipped');
  const detailed = tenants.length === 1 ? tenants : troubled.slice(0, DETAILED_TENANTS);
  const listed = tenants.filter((tenant) => !detailed.includes(tenant));

  const sections = [
    ...shared.map((subject) => section(subject, palette)),
    ...detailed.map((subject) => section(subject, palette)),
    ...(listed.length > 0 ? [list(listed, palette)] : []),
    ...(options.notes ?? []).map((note) => wrap(say(note), 0)),
    ...(isSaidAlready(result, shared, options) ? [] : [palette.bold(headline(result, options))]),
  ];
  return withoutRunnerCommands(`${sections.join('\n\n')}\n`);
}

/** One tenant, nothing above it, and the gate says what its heading says: that is not said twice. */
function isSaidAlready(
  { tenants, ...result }: VerifyResult,
  shared: readonly Subject[],
  rules: GateRules,
): boolean {
  const [tenant] = tenants;
  if (tenant === undefined || tenants.length > 1 || shared.length > 0 || isKnown(tenant)) return false;
  return VERDICT_WORDS[tenant.verdict].startsWith(GATE_WORDS[gateVerdict({ ...result, tenants }, rules)]);
}

function hasFindings({
  diagnosis,
  alsoFound,
  checks,
}: Pick<Subject, 'diagnosis' | 'alsoFound' | 'checks'>): boolean {
  return diagnosis !== null || alsoFound.length > 0 || checks.some(({ verdict }) => verdict === 'fail');
}

function section(subject: Subject, palette: Palette): string {
  const style = palette[VERDICT_STYLE[subject.verdict]];
  const took = subject.durationMs === null ? '' : palette.dim(` in ${spokenMs(subject.durationMs)}`);
  const words = isKnown(subject) ? KNOWN : VERDICT_WORDS[subject.verdict];
  const heading = `${palette.bold(say(subject.title))}: ${style(words)}${took}`;
  const explained =
    subject.explainedBy === null
      ? []
      : [wrap(`Explained by the ${say(subject.explainedBy.scope)}: ${say(subject.explainedBy.code)}`, 2)];
  return [
    heading,
    ...explained,
    ...findingsOf(subject).map((finding, index) => findingText(finding, index, palette)),
    checkTable(subject.checks, palette),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** One finding with its evidence and its steps; only the first of several stands for itself. */
export function findingText(finding: Diagnosis, index: number, palette: Palette): string {
  const lead = index === 0 ? '' : 'Also found: ';
  const parts = [
    `${wrap(`${lead}${say(finding.summary)}`, 2)}\n${palette.dim(`  ${codeLine(finding)}`)}`,
    wrap(say(finding.explanation), 2),
  ];
  if (finding.evidence.length > 0)
    parts.push(
      ['  Evidence', ...finding.evidence.map((fact) => hanging('  - ', wrap(say(fact), 4)))].join('\n'),
    );
  if (finding.remediation.length > 0)
    parts.push(
      [
        '  What to do',
        ...finding.remediation.map((step, number) => stepLines(step, number + 1, palette)),
      ].join('\n'),
    );
  parts.push(palette.dim(`  Runbook: ${say(finding.runbook)}`));
  return parts.join('\n\n');
}

/** A command stands alone on its line, whole, without a prompt: it copies clean. */
function stepLines(step: RemediationStep, number: number, palette: Palette): string {
  const label = `  ${number}. `;
  const indent = label.length;
  if (step.kind === 'manual') {
    const why = say(step.why);
    return hanging(label, wrap(why === '' ? stepText(step) : `${stepText(step)} (${why})`, indent));
  }
  const why = `${say(step.why)} (${EFFECT_WORDS[step.effect]})`;
  return `${hanging(label, wrap(why, indent))}\n${' '.repeat(indent + 2)}${palette.command(stepText(step))}`;
}

function hanging(label: string, block: string): string {
  return label + block.slice(label.length);
}

function checkTable(checks: readonly CheckResult[], palette: Palette): string {
  const width = Math.max(0, ...checks.map(({ id }) => id.length));
  return checks
    .map((check) => {
      const verdict = palette[VERDICT_STYLE[check.verdict]](check.verdict.padEnd(7));
      const known = check.known === true ? ' (known)' : '';
      const indent = 2 + 7 + 2 + width + 2;
      return `  ${verdict}  ${check.id.padEnd(width)}  ${wrap(`${checkText(check)}${known}`, indent).trimStart()}`;
    })
    .join('\n');
}

/** The tenants without details, the worst first, one line each. */
function list(tenants: readonly Subject[], palette: Palette): string {
  const sorted = worstFirst(tenants);
  const lines = sorted.slice(0, LISTED_TENANTS).map(({ title, verdict, diagnosis, explainedBy }) => {
    const code = diagnosis?.code ?? explainedBy?.code;
    return `  ${palette[VERDICT_STYLE[verdict]](verdict.padEnd(7))}  ${say(title)}${code === undefined ? '' : `  ${say(code)}`}`;
  });
  const left = sorted.length - lines.length;
  return [...lines, ...(left > 0 ? [palette.dim(`  and ${left} more`)] : [])].join('\n');
}
