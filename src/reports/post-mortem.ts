import { titleWithin } from '../diagnosis/catalogue.ts';
import { originLine, troubleLine, type Findings } from '../forensics/investigate.ts';
import type { CheckResult } from '../model/check.ts';
import type { Diagnosis, TenantResult } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import { spokenDuration, spokenTime } from '../model/spoken.ts';
import { block, bullets, code, numbered, prose, section, table } from './markdown-blocks.ts';
import type { PostMortemFacts } from './post-mortem-facts.ts';
import { actionItems, openQuestions } from './post-mortem-questions.ts';
import { symptoms } from './post-mortem-symptoms.ts';
import { timeline } from './post-mortem-timeline.ts';
import { checkText, stepText } from './wording.ts';

/** A draft in Markdown: what was observed, in order, and the questions that only people can answer. Ends with a newline. */
export function postMortem(facts: PostMortemFacts): string {
  const { incident, tenant, writtenAt } = facts;
  const subject = tenant?.hostname ?? incident.subject.name;
  return `${[
    `# Post-mortem: ${prose(subject)}: ${prose(titleWithin(incident.code))}`,
    `Draft by tenantwatch from its history, ${spokenTime(writtenAt)}. Everything in it was observed; what was not is an open question at the end.`,
    section('Summary', summary(facts)),
    section('Environment', environment(facts)),
    section('Timeline', timeline(facts)),
    section('Symptoms', symptoms(facts)),
    section('Evidence', evidence(facts)),
    section('Root cause', rootCause(facts)),
    section('Resolution', resolution(facts)),
    section('Impact', impact(facts)),
    section('Open questions', bullets(openQuestions(facts))),
    section('Action items', bullets(actionItems(facts).map((item) => `[ ] ${item}`))),
  ].join('\n\n')}\n`;
}

function summary({ incident, tenant, findings, worst }: PostMortemFacts): string {
  const { firstFailedAt, certainty } = incident;
  const site = tenant === null ? incident.subject.name : tenant.hostname;
  const after =
    findings?.origin.release == null
      ? ''
      : `after release v${findings.origin.release.release.version} of ${findings.origin.release.app}`;
  const end = endOf(incident);
  const lasted =
    end === null
      ? 'It is not over.'
      : `It lasted ${spokenDuration(end - firstFailedAt)} and ended at ${spokenTime(end)}.`;
  return [
    `${code(site)} began to fail at ${spokenTime(firstFailedAt)}${after === '' ? '' : ` ${prose(after)}`}. ${lasted}`,
    `Root cause (${certainty}): ${prose(diagnosisOf(incident, worst?.result ?? null)?.summary ?? incident.summary)}`,
    ...(findings?.claim == null ? [] : [prose(originLine(findings))]),
  ].join('\n\n');
}

/** When it worked again; for what was closed otherwise, when that was. Null while it goes on. */
function endOf({ firstGoodAt, resolvedAt, state }: Incident): number | null {
  return state === 'resolved' ? (firstGoodAt ?? resolvedAt) : null;
}

function environment({ incident, tenant, platform }: PostMortemFacts): string {
  const { startedAt } = incident;
  return bullets([
    ...(tenant === null
      ? [`Scope: ${incident.subject.scope}`]
      : [
          `Tenant: ${code(tenant.id)}`,
          `Host name: ${code(tenant.hostname)}`,
          `Tenant app: ${code(tenant.app)}`,
        ]),
    `Management app: ${code(platform.managementApp)}, which ends TLS for ${code(`*.${platform.domain}`)}`,
    ...(platform.flyOrg == null ? [] : [`Organization: ${code(platform.flyOrg)}`]),
    `Date: ${spokenTime(startedAt).slice(0, 10)}`,
    `Incident: ${code(incident.id)}`,
  ]);
}

function evidence({ incident, worst, claims, platform }: PostMortemFacts): string {
  const diagnosis = diagnosisOf(incident, worst?.result ?? null);
  const rows = claims.map(({ claim, firstSeenAt, goneAt }) => [
    code(claim.hostname),
    code(claim.app),
    prose(claim.status),
    claim.createdAt === null ? `seen ${spokenTime(firstSeenAt)}` : spokenTime(claim.createdAt),
    goneAt === null ? 'still there' : `gone by ${spokenTime(goneAt)}`,
    claim.app === platform.managementApp ? 'where it belongs' : 'misplaced',
  ]);
  return [
    ...(diagnosis === null || diagnosis.evidence.length === 0
      ? ['No evidence is kept any more.']
      : [bullets(diagnosis.evidence.map(prose))]),
    ...(rows.length === 0
      ? []
      : [
          'Certificates for the name:',
          table(['Host name', 'App', 'Fly says', 'Created', 'Until', 'Judgement'], rows),
        ]),
  ].join('\n\n');
}

/** Of the worst run if it had the incident's root; the summary may have softened while the end was near. */
function diagnosisOf(incident: Incident, worst: TenantResult | null): Diagnosis | null {
  const findings = worst === null ? [] : [worst.diagnosis, ...worst.alsoFound];
  return findings.find((finding) => finding?.code === incident.code) ?? incident.diagnosis;
}

/** Checks that say how it should be, beside the one that was not. */
const SETTING = ['dns-wildcard', 'management-certificate', 'tenant-certificates', 'tls-handshake'];

function rootCause({ incident, worst, findings }: PostMortemFacts): string {
  const diagnosis = diagnosisOf(incident, worst?.result ?? null);
  const setting = (worst?.result.checks ?? []).filter(({ id }) => SETTING.includes(id)).map(settingText);
  return [
    `${code(incident.code)}, ${diagnosis?.certainty ?? incident.certainty}: ${prose(diagnosis?.summary ?? incident.summary)}`,
    ...(diagnosis === null ? [] : [prose(diagnosis.explanation)]),
    ...(setting.length === 0 ? [] : [numbered(setting)]),
    ...(findings === null ? [] : [origin(findings)]),
  ].join('\n\n');
}

function settingText(check: CheckResult): string {
  return `${prose(checkText(check))} (${check.verdict === 'pass' ? 'as it should be' : 'not as it should be'})`;
}

function origin(findings: Findings): string {
  const { requestPath } = findings;
  return [
    '### How it got there',
    prose(originLine(findings)),
    ...(findings.origin.because.length === 0 ? [] : [bullets(findings.origin.because.map(prose))]),
    '### How far requests came',
    `${prose(capital(requestPath.sentence))} (${requestPath.certainty}).`,
    bullets(requestPath.hops.map(({ text }) => prose(text))),
  ].join('\n\n');
}

const ENDINGS = {
  recovered: 'The checks passed again.',
  removed: 'The tenant was removed.',
  suspended: 'The tenant was suspended on purpose.',
  closed: 'It was closed by hand.',
} as const;

function resolution(facts: PostMortemFacts): string {
  const { incident, worst, acts, claims, platform } = facts;
  const diagnosis = diagnosisOf(incident, worst?.result ?? null);
  const steps = (diagnosis?.remediation ?? []).map(stepText);
  const moved = claims.flatMap(({ claim, goneAt }) => {
    const name = code(claim.hostname);
    if (claim.app !== platform.managementApp)
      return goneAt === null ? [] : [`${name} was gone from ${code(claim.app)} by ${spokenTime(goneAt)}.`];
    const { createdAt, status } = claim;
    return createdAt === null || createdAt < incident.firstFailedAt
      ? []
      : [
          `${name} was added to ${code(claim.app)} at ${spokenTime(createdAt)}; its status: ${prose(status)}.`,
        ];
  });
  const done = acts
    .filter(({ outcome }) => outcome === 'done')
    .map(({ at, actor, action }) => `${spokenTime(at)}: ${code(action)} by ${prose(actor)}.`);
  return [
    incident.resolution === null
      ? 'It is not resolved.'
      : `${ENDINGS[incident.resolution]} Resolved at ${spokenTime(incident.resolvedAt ?? incident.lastFailedAt)}.`,
    ...(moved.length + done.length === 0 ? [] : [bullets([...moved, ...done])]),
    ...(steps.length === 0 ? [] : ['The steps that the diagnosis gave:', block('sh', steps)]),
  ].join('\n\n');
}

function impact({ incident, findings, deliveries, tenant }: PostMortemFacts): string {
  const end = endOf(incident) ?? incident.lastFailedAt;
  const line = findings === null ? null : troubleLine(findings);
  const affected =
    incident.memberCount > 0
      ? `${incident.memberCount} tenants: ${prose(incident.members.join(', '))}`
      : tenant === null
        ? `the ${incident.subject.scope}`
        : `a single tenant, ${code(tenant.id)}`;
  const told = [...new Set(deliveries.filter(({ sentAt }) => sentAt !== null).map(({ channel }) => channel))];
  return bullets([
    `Severity: ${severityOf(incident, findings)}`,
    `Duration: ${line === null ? spokenDuration(end - incident.firstFailedAt) : prose(line)}`,
    `Affected: ${affected}`,
    ...(incident.reopened === 0
      ? []
      : [`It came back ${incident.reopened === 1 ? 'once' : `${incident.reopened} times`}.`]),
    `Told: ${told.length === 0 ? 'nobody' : prose(told.join(', '))}`,
    'Data loss: not observable from outside; nothing that was seen points at any',
    'Requests that were lost: not counted',
  ]);
}

function severityOf(incident: Incident, findings: Findings | null): string {
  const refused = findings?.runs.firstRefusedAt ?? null;
  return refused === null ? incident.severity : 'critical, visitors were refused';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
