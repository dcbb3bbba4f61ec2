import type { CheckResult } from '../model/check.ts';
import type { IncidentEvent, IncidentEventKind } from '../model/delivery.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Deploy } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';
import { spokenDuration, spokenGap, spokenTime } from '../model/spoken.ts';
import { columns } from './columns.ts';
import { deliveryWords, type DeliverySummary } from './deliveries.ts';
import { PLAIN, type Palette } from './palette.ts';
import { findingText } from './pretty.ts';
import { marksOf, SEVERITY_STYLE, subjectOf } from './standing.ts';
import { checkText, say } from './wording.ts';
import { wrap } from './wrap.ts';

export interface IncidentsReport {
  readonly schema: 'tenantwatch.incidents/1';
  readonly at: number;
  /** Those under way first, then newest first. */
  readonly incidents: readonly Incident[];
}

export function incidentsText({ incidents, at }: IncidentsReport, palette: Palette = PLAIN): string {
  if (incidents.length === 0) return 'No incidents.\n';
  const rows = incidents.map((incident) => {
    const { id, state, severity, code, firstFailedAt } = incident;
    return [
      { text: state, style: state === 'resolved' ? palette.dim : palette[SEVERITY_STYLE[severity]] },
      say(id),
      severity,
      subjectOf(incident),
      code,
      spokenTime(firstFailedAt),
      { text: `for ${spokenDuration(durationOf(incident, at))}`, style: palette.dim },
      marksOf(incident),
    ];
  });
  return `${columns(rows, { indent: 0 })}\n`;
}

/** From the first failing run to the first good one; to now while it lasts. */
export function durationOf(incident: Incident, now: number): number {
  const { state, firstGoodAt, resolvedAt, firstFailedAt } = incident;
  const end = state === 'resolved' ? (firstGoodAt ?? resolvedAt ?? now) : now;
  return Math.max(0, end - firstFailedAt);
}

export type TimelineKind = IncidentEventKind | 'last-failing-run' | 'first-good-run';

export interface TimelineEntry {
  readonly at: number;
  readonly kind: TimelineKind;
  /** Who did it; null for the daemon itself. */
  readonly by: string | null;
  readonly text: string;
}

/** What `incidents show` prints; all times are milliseconds since the epoch. */
export interface IncidentReport {
  readonly schema: 'tenantwatch.incident/1';
  readonly at: number;
  readonly incident: Incident;
  /** Null for platform, monitor and storms. */
  readonly hostname: string | null;
  readonly diagnosis: Diagnosis | null;
  /** What did not pass in the first failing run. */
  readonly observed: readonly CheckResult[];
  /** The last one within an hour before the first failing run. */
  readonly deploy: Deploy | null;
  /** How the certificate behind it got there; null where history does not tell. */
  readonly origin: string | null;
  readonly durationMs: number;
  /** Oldest first. */
  readonly timeline: readonly TimelineEntry[];
  readonly deliveries: readonly DeliverySummary[];
}

/** Everything that happened, in the order of time: events, the deploy before, runs that bound the trouble, deliveries. */
export function timelineOf(
  incident: Incident,
  events: readonly IncidentEvent[],
  deploy: Deploy | null,
  deliveries: readonly DeliverySummary[],
): readonly TimelineEntry[] {
  const { lastFailedAt, firstGoodAt } = incident;
  const run = (at: number, kind: TimelineKind, text: string): TimelineEntry => ({ at, kind, by: null, text });
  const entries: readonly TimelineEntry[] = [
    ...(deploy === null ? [] : [run(deploy.release.createdAt, 'deploy', deployWords(deploy))]),
    ...events.map(({ at, kind, by, text }) => ({ at, kind, by, text })),
    ...(firstGoodAt === null
      ? []
      : [
          run(lastFailedAt, 'last-failing-run', 'the last run that failed'),
          run(firstGoodAt, 'first-good-run', 'the first run that passed'),
        ]),
    ...deliveries.map((delivery) =>
      run(
        delivery.sentAt ?? delivery.createdAt,
        'delivery',
        `${delivery.reason} to ${delivery.channel}: ${deliveryWords(delivery)}`,
      ),
    ),
  ];
  return entries.toSorted((a, b) => a.at - b.at);
}

function deployWords({ app, release }: Deploy): string {
  const by = release.user === null ? '' : ` by ${release.user}`;
  return `v${release.version} of ${app}${by}`;
}

export function incidentText(report: IncidentReport, palette: Palette = PLAIN): string {
  const { incident, hostname, diagnosis, observed } = report;
  const { id, state, severity, code, certainty, summary } = incident;
  const style = state === 'resolved' ? palette.good : palette[SEVERITY_STYLE[severity]];
  const marks = marksOf(incident);
  const head = [
    `${palette.bold(say(id))}  ${style(state)}${marks === '' ? '' : `, ${marks}`}`,
    `${say(hostname ?? subjectOf(incident))}: ${code}, ${severity}, ${certainty}`,
    ...(diagnosis === null ? [wrap(say(summary), 2)] : []),
    '',
    columns(factsOf(report), { indent: 2 }),
  ].join('\n');
  const parts = [
    head,
    diagnosis === null ? '' : findingText(diagnosis, 0, palette),
    observedText(observed),
    timelineText(report, palette),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function factsOf({ incident, deploy, origin, durationMs }: IncidentReport): string[][] {
  const { firstFailedAt, openedAt, lastFailedAt, firstGoodAt, resolvedAt, resolution, members } = incident;
  const before =
    deploy === null
      ? 'none known within the hour before'
      : `${say(deployWords(deploy))}, ${spokenGap(firstFailedAt - deploy.release.createdAt)} before the first failure`;
  const rows: (readonly [string, string | null])[] = [
    ['first failing run', spokenTime(firstFailedAt)],
    ['opened', openedAt === null ? null : spokenTime(openedAt)],
    ['last failing run', spokenTime(lastFailedAt)],
    ['first good run', firstGoodAt === null ? null : spokenTime(firstGoodAt)],
    ['resolved', resolvedAt === null ? null : `${spokenTime(resolvedAt)} (${resolution ?? 'over'})`],
    [incident.state === 'resolved' ? 'lasted' : 'lasts', spokenDuration(durationMs)],
    ['deploy before it', incident.subject.scope === 'tenant' && members.length === 0 ? before : null],
    ['certificate', origin === null ? null : say(origin)],
    ['tenants', members.length === 0 ? null : membersOf(incident)],
  ];
  return rows.flatMap(([label, value]) => (value === null ? [] : [[label, value]]));
}

function membersOf({ members, memberCount }: Incident): string {
  const left = memberCount - members.length;
  return `${members.map(say).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

function observedText(observed: readonly CheckResult[]): string {
  if (observed.length === 0) return '';
  const lines = observed.map((check) => wrap(`${check.id} ${check.verdict}: ${checkText(check)}`, 4));
  return ['  Observed in the first failing run', ...lines].join('\n');
}

function timelineText({ timeline }: IncidentReport, palette: Palette): string {
  const rows = timeline.map(({ at, kind, by, text }) => [
    spokenTime(at),
    { text: kind.replaceAll('-', ' '), style: palette.bold },
    `${by === null ? '' : `${say(by)}: `}${say(text)}`,
  ]);
  return ['  Timeline', columns(rows)].join('\n');
}
