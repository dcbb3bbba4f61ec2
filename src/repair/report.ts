import type { RemediationStep } from '../model/diagnosis.ts';
import type { Verdict } from '../model/verdict.ts';
import type { RepairDecision, RepairStep } from './plan.ts';
import { PLAIN, type Palette } from '../reports/palette.ts';
import { VERDICT_STYLE } from '../reports/standing.ts';
import { EFFECT_WORDS, say, stepText, VERDICT_WORDS } from '../reports/wording.ts';
import { wrap } from '../reports/wrap.ts';

/** What `fix` planned and did; the document of `fix --json`. */
export interface RepairReport {
  readonly schema: 'tenantwatch.fix/1';
  readonly applied: boolean;
  readonly tenants: readonly TenantRepair[];
}

export type TenantRepair = {
  readonly tenant: string;
  readonly hostname: string;
  readonly app: string;
  /** Steps that were made, in order. */
  readonly made: readonly MadeStep[];
  /** Of the verification afterwards; null when nothing was changed. */
  readonly verdict: Verdict | null;
} & RepairDecision;

export interface MadeStep {
  readonly step: RepairStep;
  /** `already`: it was so before. */
  readonly outcome: 'done' | 'already' | 'failed';
  readonly text: string;
  /** What takes it back; null when nothing was changed. */
  readonly back: string | null;
}

const WORDS = {
  'nothing-to-do': 'nothing to do',
  plan: 'to be repaired',
  'by-hand': 'something has to be done by hand first',
  refused: 'refused',
} as const;

/** The plans, for people, before anything is done. Ends with a newline. */
export function planText({ tenants }: RepairReport, palette: Palette = PLAIN): string {
  const idle = tenants.filter(({ decision }) => decision === 'nothing-to-do');
  const shown = tenants.length > 1 ? tenants.filter((one) => !idle.includes(one)) : tenants;
  const sections = shown.map((one) => tenantPlan(one, palette));
  if (shown.length < tenants.length)
    sections.push(`Nothing to do for ${idle.length} of ${tenants.length} tenants.`);
  return `${sections.join('\n\n')}\n`;
}

function tenantPlan(one: TenantRepair, palette: Palette): string {
  const head = `${palette.bold(say(one.hostname))}: ${WORDS[one.decision]}`;
  const why = one.text === '' ? [] : [wrap(say(one.text), 2)];
  switch (one.decision) {
    case 'nothing-to-do':
      return [head, ...why].join('\n');
    case 'by-hand':
    case 'refused':
      return [head, ...why, ...one.steps.map((step, index) => byHand(step, index + 1, palette))].join('\n');
    case 'plan':
      return [
        head,
        ...why,
        '  What is',
        ...one.plan.is.map((fact) => `    - ${wrap(say(fact), 6).trimStart()}`),
        '  What changes',
        ...one.plan.steps.map((step, index) => `    ${index + 1}. ${stepLine(step)}`),
        '  What is expected',
        wrap(say(one.plan.expected), 4),
      ].join('\n');
  }
}

const KINDS = { 'remove-certificate': 'remove', 'add-certificate': 'add' } as const;

function stepLine({ kind, hostname, app, when, why }: RepairStep): string {
  const verb = KINDS[kind];
  const only = when === 'always' ? '' : ', only if it still fails then';
  const place = kind === 'remove-certificate' ? 'from' : 'to';
  return wrap(
    `${verb} the certificate ${say(hostname)} ${place} ${say(app)}${only} (${say(why)})`,
    7,
  ).trimStart();
}

function byHand(step: RemediationStep, number: number, palette: Palette): string {
  const label = `    ${number}. `;
  if (step.kind === 'manual')
    return `${label}${wrap(`${stepText(step)} (${say(step.why)})`, label.length).trimStart()}`;
  const why = wrap(`${say(step.why)} (${EFFECT_WORDS[step.effect]})`, label.length).trimStart();
  return `${label}${why}\n${' '.repeat(label.length + 2)}${palette.command(stepText(step))}`;
}

/** What came of it, for people. Ends with a newline. */
export function outcomeText({ tenants }: RepairReport, palette: Palette = PLAIN): string {
  const touched = tenants.filter(({ made, verdict }) => made.length > 0 || verdict !== null);
  const sections = touched.map(({ hostname, made, verdict }) => {
    const steps = made.map(({ outcome, text }) => `  ${OUTCOMES[outcome]}: ${say(text)}`);
    const end =
      verdict === null
        ? []
        : [`  ${palette[VERDICT_STYLE[verdict]](`verification ${VERDICT_WORDS[verdict]}`)}`];
    const back = made.flatMap((one) => one.back ?? []).toReversed();
    const fine = verdict === 'pass' || verdict === 'warn';
    const undo =
      fine || back.length === 0
        ? []
        : ['  To go back to what was', ...back.map((command) => `    ${palette.command(say(command))}`)];
    return [palette.bold(say(hostname)), ...steps, ...end, ...undo].join('\n');
  });
  return `${sections.join('\n\n')}\n`;
}

const OUTCOMES = { done: 'done', already: 'nothing to change', failed: 'failed' } as const;
