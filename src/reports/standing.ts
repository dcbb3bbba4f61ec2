import type { Incident } from '../model/incident.ts';
import { counted } from '../model/spoken.ts';
import type { Severity, Verdict } from '../model/verdict.ts';
import type { Palette } from './palette.ts';
import { say } from './wording.ts';

/** How verdicts and severities look, everywhere alike. */
export const VERDICT_STYLE: Readonly<Record<Verdict, Exclude<keyof Palette, 'bold' | 'command'>>> = {
  pass: 'good',
  warn: 'doubtful',
  fail: 'bad',
  unknown: 'doubtful',
  skipped: 'dim',
};

export const SEVERITY_STYLE: Readonly<Record<Severity, 'bad' | 'doubtful' | 'dim'>> = {
  critical: 'bad',
  warning: 'doubtful',
  info: 'dim',
};

/** Whose trouble it is: the tenant's id, `platform`, `monitor`, or the problem that many tenants share. */
export function subjectOf({ subject, memberCount }: Pick<Incident, 'subject' | 'memberCount'>): string {
  return subject.name.startsWith('storm:') ? counted(memberCount, 'tenant') : say(subject.name);
}

/** Why nobody hears of it at the moment, or who is on it; empty when nothing of that is so. */
export function marksOf(incident: Incident): string {
  const { acknowledged, silencedBy, mutedBy, storm, reopened } = incident;
  return [
    acknowledged === null ? '' : `acknowledged by ${say(acknowledged.by)}`,
    silencedBy === null ? '' : `silenced by ${say(silencedBy)}`,
    mutedBy === null ? '' : `explained by ${say(mutedBy.code)}`,
    storm === null ? '' : 'part of a storm',
    reopened === 0 ? '' : `came back ${reopened === 1 ? 'once' : `${reopened} times`}`,
  ]
    .filter((mark) => mark !== '')
    .join(', ');
}
