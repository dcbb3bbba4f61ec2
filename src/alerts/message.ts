import { titleWithin } from '../diagnosis/catalogue.ts';
import type { Alert, Notice } from '../model/alert.ts';
import type { Effect } from '../model/diagnosis.ts';
import { plainText } from '../model/text.ts';
import type { Severity } from '../model/verdict.ts';
import { counted, isCalendarTime, ordinal, spokenDuration, spokenGap, spokenTime } from '../model/spoken.ts';

/** What a person reads, whatever the channel. All strings are one line of plain text, bounded; a channel only escapes. */
export interface AlertText {
  readonly state: 'firing' | 'acknowledged' | 'resolved';
  readonly severity: Severity;
  /** `CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard`. */
  readonly headline: string;
  /** What this message adds when it is not the first; empty for `opened`. */
  readonly news: string;
  /** What is wrong. */
  readonly what: string;
  /** What that is and what users notice. Empty when it is over. */
  readonly why: string;
  readonly facts: readonly Fact[];
  /** Two to four lines that prove it. */
  readonly evidence: readonly string[];
  readonly steps: readonly Step[];
  readonly links: readonly Link[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Milliseconds since the epoch, for channels that show times in the reader's zone. */
  readonly at?: number;
}

export interface Step {
  /** Null for what is not done with a command. */
  readonly command: string | null;
  readonly text: string;
  readonly effect: Effect | null;
}

export interface Link {
  readonly label: string;
  readonly url: string;
}

const MAX_EVIDENCE = 4;
const MAX_STEPS = 8;
const MAX_COMMAND = 600;
const MAX_URL = 500;
const MEMBERS_SHOWN = 12;

/** Pure. `possibleRepeat` is said, because the receiver cannot know. */
export function describeAlert(alert: Alert, possibleRepeat = false): AlertText {
  const { incident, reason, diagnosis } = alert;
  const over = reason === 'resolved';
  const state = over ? 'resolved' : incident.acknowledged === null ? 'firing' : 'acknowledged';
  const label = over ? 'RESOLVED' : incident.severity.toUpperCase();
  return {
    state,
    severity: incident.severity,
    headline: plainText(`${label}: ${siteOf(alert)}: ${titleWithin(incident.code)}`, 150),
    news: plainText(
      `${newsOf(alert)}${possibleRepeat ? ' (possible repeat of a message sent before)' : ''}`,
      300,
    ),
    what: plainText(over ? `It was: ${incident.summary}` : incident.summary, 600),
    why: over ? '' : plainText(diagnosis?.explanation ?? '', 600),
    facts: factsOf(alert),
    evidence: over
      ? []
      : (diagnosis?.evidence ?? []).slice(0, MAX_EVIDENCE).map((line) => plainText(line, 300)),
    steps: over ? [] : stepsOf(alert),
    links: linksOf(alert),
  };
}

/** The site for a tenant, the count for a storm, otherwise whose problem it is. */
export function siteOf({ incident, tenant }: Alert): string {
  const { scope, name } = incident.subject;
  if (scope !== 'tenant') return scope;
  const { memberCount } = incident;
  if (memberCount > 0 || name.startsWith('storm:')) return counted(memberCount, 'tenant');
  return tenant?.hostname ?? name;
}

function newsOf(alert: Alert): string {
  const { reason, incident, at, before } = alert;
  switch (reason) {
    case 'opened':
      return returnOf(incident.reopened);
    case 'changed':
      return changeOf(alert, before);
    case 'reminder':
      return `Still failing after ${spokenDuration(at - incident.firstFailedAt)}.`;
    case 'acknowledged':
      return acknowledgementOf(alert);
    case 'resolved':
      return endOf(alert);
  }
}

function returnOf(reopened: number): string {
  if (reopened === 0) return '';
  return reopened === 1 ? 'It fails again.' : `It fails again, for the ${ordinal(reopened + 1)} time.`;
}

function changeOf({ incident }: Alert, before: Alert['before']): string {
  const { severity, code, memberCount } = incident;
  if (before === undefined) return `It is now ${severity}: ${titleWithin(code)}.`;
  const news: string[] = [];
  if (before.severity !== severity) news.push(`It is now ${severity}; it was ${before.severity}.`);
  if (before.code !== code)
    news.push(`The problem is now: ${titleWithin(code)}. It was: ${titleWithin(before.code)}.`);
  if (before.memberCount !== memberCount)
    news.push(`${memberCount} tenants have it now; there were ${before.memberCount}.`);
  return news.join(' ');
}

function acknowledgementOf({ incident }: Alert): string {
  const { acknowledged } = incident;
  if (acknowledged === null) return '';
  const note = acknowledged.note === null ? '' : `: ${acknowledged.note}`;
  return `Acknowledged by ${acknowledged.by}${note}`;
}

function endOf({ incident, at }: Alert): string {
  const end = incident.firstGoodAt ?? incident.resolvedAt ?? at;
  const lasted = spokenDuration(end - incident.firstFailedAt);
  switch (incident.resolution) {
    case 'removed':
      return `The tenant was removed; it had failed for ${lasted}.`;
    case 'suspended':
      return `The tenant is suspended on purpose; it had failed for ${lasted}.`;
    case 'closed':
      return `Closed by hand after ${lasted}.`;
    case 'recovered':
    case null:
      return incident.memberCount > 1
        ? `All of them work again; it lasted ${lasted}.`
        : `It works again; it failed for ${lasted}.`;
  }
}

function factsOf(alert: Alert): readonly Fact[] {
  const { incident, tenant, diagnosis, reason } = alert;
  const facts: Fact[] = [timeFact(reason === 'resolved' ? 'Failed since' : 'Since', incident.firstFailedAt)];
  if (reason === 'resolved' && incident.firstGoodAt !== null)
    facts.push(timeFact('Good since', incident.firstGoodAt));
  if (incident.subject.scope === 'tenant' && incident.memberCount === 0) {
    facts.push({ label: 'Deploy before it', value: plainText(deployOf(alert), 300) });
  }
  if (alert.origin != null) facts.push({ label: 'Certificate', value: plainText(alert.origin, 300) });
  if (diagnosis !== null && reason !== 'resolved') {
    facts.push({ label: 'Diagnosis', value: plainText(`${incident.code} (${diagnosis.certainty})`) });
  }
  if (tenant !== null) facts.push({ label: 'Tenant', value: plainText(`${tenant.id} (app ${tenant.app})`) });
  if (incident.members.length > 0) facts.push({ label: 'Tenants', value: plainText(membersOf(alert), 600) });
  if (incident.reopened > 0) facts.push({ label: 'Came back', value: times(incident.reopened) });
  return facts;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function timeFact(label: string, at: number): Fact {
  const value = spokenTime(at);
  return isCalendarTime(at) ? { label, value, at } : { label, value };
}

function deployOf({ deploy, incident }: Alert): string {
  if (deploy === null) return 'none known';
  const before = spokenGap(incident.firstFailedAt - deploy.createdAt);
  const by = deploy.user === null ? '' : ` by ${deploy.user}`;
  return `v${deploy.version}${by}, ${before} before the first failure`;
}

function membersOf({ incident }: Alert): string {
  const shown = incident.members.slice(0, MEMBERS_SHOWN);
  const rest = incident.memberCount - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function stepsOf({ diagnosis }: Alert): readonly Step[] {
  const steps = diagnosis?.remediation ?? [];
  const shown = steps.slice(0, MAX_STEPS).map((step): Step => {
    if (step.kind === 'manual') {
      const why = plainText(step.why, 200);
      return {
        command: null,
        effect: null,
        text: `${plainText(step.text, 400)}${why === '' ? '' : ` (${why})`}`,
      };
    }
    const { command, effect, why } = step;
    // A command is shown whole and exact, or not at all: half of one does something else.
    if (command !== '' && plainText(command, MAX_COMMAND) === command)
      return { command, effect, text: plainText(why, 200) };
    return {
      command: null,
      effect: null,
      text: 'A command that cannot be shown safely here: see the incident page.',
    };
  });
  const left = steps.length - shown.length;
  if (left === 0) return shown;
  const more = `${left} more ${left === 1 ? 'step' : 'steps'}: see the incident page or the runbook.`;
  return [...shown, { command: null, effect: null, text: more }];
}

function linksOf({ links }: Alert): readonly Link[] {
  const all: readonly (readonly [string, string | null])[] = [
    ['Runbook', links.runbook],
    ['Incident', links.incident],
    ['Verify again', links.verify],
  ];
  return all.flatMap(([label, given]) => {
    const url = webUrl(given);
    return url === null ? [] : [{ label, url }];
  });
}

/** Normalized, so that no space, quote or bracket is left in it; null for anything but http and https. */
function webUrl(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  const safe = url.protocol === 'https:' || url.protocol === 'http:';
  const href = url.href.replaceAll('|', '%7C');
  return safe && href.length <= MAX_URL && url.username === '' && !/[\s<>"\\`]/.test(href) ? href : null;
}

/** A notice is one line for people. */
export function describeNotice(notice: Notice): string {
  return plainText(notice.text, 1000);
}

const EFFECTS: Readonly<Record<Effect, string>> = {
  reads: 'reads only',
  revalidates: 'may start issuance',
  changes: 'changes something',
};

/** `Remove the certificate (changes something)`. */
export function stepLine({ text, effect }: Step): string {
  return effect === null ? text : `${text} (${EFFECTS[effect]})`;
}

/** The whole message as text: e-mail, and wherever no markup is. */
export function alertAsText(text: AlertText): string {
  const lines: string[] = [text.headline];
  if (text.news !== '') lines.push(text.news);
  lines.push('', text.what);
  if (text.why !== '') lines.push(text.why);
  lines.push('', ...text.facts.map(({ label, value }) => `${label}: ${value}`));
  if (text.evidence.length > 0) lines.push('', 'Evidence', ...text.evidence.map((line) => `- ${line}`));
  if (text.steps.length > 0) lines.push('', 'What to do');
  text.steps.forEach((step, index) => {
    lines.push(`${index + 1}. ${stepLine(step)}`);
    if (step.command !== null) lines.push(`   ${step.command}`);
  });
  if (text.links.length > 0) lines.push('', ...text.links.map(({ label, url }) => `${label}: ${url}`));
  return `${lines.join('\n')}\n`;
}
