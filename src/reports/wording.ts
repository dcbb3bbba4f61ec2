import type { CheckResult } from '../model/check.ts';
import type { Diagnosis, Effect, RemediationStep, VerifyResult } from '../model/diagnosis.ts';
import { spokenMs } from '../model/spoken.ts';
import { plainText } from '../model/text.ts';
import type { Verdict } from '../model/verdict.ts';
import { gateVerdict, type GateRules } from './weight.ts';

/** Words that every report uses alike. Whatever comes from outside passes `say` and is one printable line afterwards. */
export function say(text: string): string {
  return plainText(text, 2000);
}

/**
 * Text whose lines a CI runner may read: GitHub takes a line that begins with `::`, after any blanks, and `##[` anywhere, for a command to
 * itself (actions/runner, ActionCommand.cs).
 */
export function withoutRunnerCommands(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
}

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'passed',
  warn: 'passed with warnings',
  fail: 'failed',
  unknown: 'could not tell',
  skipped: 'skipped',
};

export const EFFECT_WORDS: Readonly<Record<Effect, string>> = {
  reads: 'reads',
  revalidates: 're-validates, may start issuance',
  changes: 'changes',
};

export function stepText(step: RemediationStep): string {
  return step.kind === 'command' ? say(step.command) : say(step.text);
}

/** `certificate-on-tenant-app, critical, certain`. */
export function codeLine({
  code,
  severity,
  certainty,
}: Pick<Diagnosis, 'code' | 'severity' | 'certainty'>): string {
  return [code, severity, certainty].map(say).join(', ');
}

/** `eof-during-handshake: The handshake ended…`; the reason is what scripts and people search for. */
export function checkText({ reason, summary }: Pick<CheckResult, 'reason' | 'summary'>): string {
  return reason === null ? say(summary) : `${say(reason)}: ${say(summary)}`;
}

/** In place of `failed`. */
export const KNOWN = 'failed as the baseline has it';

/** Does it fail with nothing but what was there before? */
export function isKnown({ checks }: { readonly checks: readonly CheckResult[] }): boolean {
  const failed = checks.filter(({ verdict }) => verdict === 'fail');
  return failed.length > 0 && failed.every((check) => check.known === true);
}

/** What the gate says of it, as a heading says it. */
export const GATE_WORDS = { failed: 'failed', 'could-not-tell': 'could not tell', passed: 'passed' } as const;

/** One sentence for the end of a log: what came out, over how many tenants. */
export function headline(result: VerifyResult, rules: GateRules): string {
  const { tenants, durationMs } = result;
  if (tenants.length === 0) return 'no tenant was verified';
  const many = tenants.length === 1 ? '1 tenant' : `${tenants.length} tenants`;
  const labels = tenants.map((tenant) => (isKnown(tenant) ? KNOWN : VERDICT_WORDS[tenant.verdict]));
  const counts = [
    VERDICT_WORDS.fail,
    KNOWN,
    ...(['unknown', 'warn', 'pass', 'skipped'] as const).map((one) => VERDICT_WORDS[one]),
  ]
    .map((label) => ({ label, count: labels.filter((each) => each === label).length }))
    .filter(({ count }) => count > 0)
    .map(({ label, count }) => (tenants.length === 1 ? label : `${count} ${label}`))
    .join(', ');
  const detail = tenants.length > 1 || labels[0] === KNOWN ? ` (${counts})` : '';
  return `${GATE_WORDS[gateVerdict(result, rules)]}: ${many}${detail} in ${spokenMs(durationMs)}`;
}
