import type { Incident } from '../model/incident.ts';
import type { ProblemCode } from '../model/problem.ts';
import { spokenDuration, spokenTime } from '../model/spoken.ts';
import { VERDICTS, type Verdict } from '../model/verdict.ts';
import { columns } from './columns.ts';
import { PLAIN, type Palette } from './palette.ts';
import { marksOf, SEVERITY_STYLE, subjectOf, VERDICT_STYLE } from './standing.ts';
import { doubtText, type SourceReport } from './tenants.ts';
import { say, VERDICT_WORDS } from './wording.ts';
import { wrap } from './wrap.ts';

/** What `status` prints; all times are milliseconds since the epoch. */
export interface StatusReport {
  readonly schema: 'tenantwatch.status/1';
  readonly at: number;
  readonly database: { readonly path: string; readonly bytes: number };
  readonly daemon: DaemonStatus;
  /** Null before the first look. */
  readonly platform: ScopeStatus | null;
  readonly monitor: ScopeStatus | null;
  readonly sources: readonly SourceReport[];
  readonly tenants: number;
  /** By the verdict of the latest run. */
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Tenants without any run yet. */
  readonly neverVerified: number;
  /** What does not pass, the worst first. */
  readonly troubled: readonly TroubledTenant[];
  /** Pending and open ones, oldest first. */
  readonly incidents: readonly Incident[];
  readonly silences: number;
  readonly alerts: {
    readonly disabledChannels: readonly DisabledChannel[];
    /** Given up, at most 1,000 are counted. */
    readonly undeliverable: number;
  };
}

export interface DaemonStatus {
  /** Did it do anything lately? */
  readonly alive: boolean;
  /** The latest thing that it wrote down. */
  readonly lastRunAt: number | null;
  readonly pid: number | null;
  readonly host: string | null;
  readonly since: number | null;
}

export interface ScopeStatus {
  readonly verdict: Verdict;
  readonly code: ProblemCode | null;
  readonly summary: string | null;
  readonly since: number;
}

export interface TroubledTenant {
  readonly tenant: string;
  readonly hostname: string | null;
  readonly verdict: Verdict;
  readonly code: ProblemCode | null;
  readonly why: string;
  readonly since: number;
  readonly lastRunAt: number;
}

export interface DisabledChannel {
  readonly channel: string;
  readonly at: number;
  readonly reason: string;
}

const SHOWN = 50;

export function statusText(report: StatusReport, palette: Palette = PLAIN): string {
  const { at, alerts } = report;
  const parts = [
    [
      daemonLine(report, palette),
      scopeLine('platform', report.platform, at, palette),
      scopeLine('monitor', report.monitor, at, palette),
      countLine(report, palette),
      ...report.sources.filter(({ reason }) => reason !== null).map((source) => doubtText(source, at)),
      ...alerts.disabledChannels.map((channel) => channelLine(channel, at, palette)),
      ...(alerts.undeliverable === 0 ? [] : [undeliverableLine(alerts.undeliverable)]),
      ...(report.silences === 0 ? [] : [`silences  ${report.silences} in force: tenantwatch silence list`]),
    ].join('\n'),
    troubledText(report, palette),
    incidentText(report, palette),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function daemonLine({ daemon, at, database }: StatusReport, palette: Palette): string {
  const { alive, lastRunAt, pid, host, since } = daemon;
  if (lastRunAt === null) return `daemon    nothing was verified yet (${say(database.path)})`;
  const age = `last run ${spokenDuration(at - lastRunAt)} ago`;
  if (!alive) return `daemon    ${palette.bad(age)}: is it running?`;
  const process =
    pid === null || host === null || since === null
      ? ''
      : `, process ${pid} on ${say(host)} for ${spokenDuration(at - since)}`;
  return `daemon    ${age}${process}`;
}

function scopeLine(name: string, status: ScopeStatus | null, at: number, palette: Palette): string {
  const label = name.padEnd(8);
  if (status === null) return `${label}  not looked at yet`;
  const { verdict, code, summary, since } = status;
  const words = palette[VERDICT_STYLE[verdict]](VERDICT_WORDS[verdict]);
  const why = [code, summary].filter((part) => part !== null).map(say);
  const lines = `${label}  ${words} for ${spokenDuration(at - since)}`;
  return why.length === 0 ? lines : `${lines}\n${wrap(why.join(': '), 10)}`;
}

function countLine({ tenants, counts, neverVerified }: StatusReport, palette: Palette): string {
  const parts = VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) =>
    palette[VERDICT_STYLE[verdict]](`${counts[verdict]} ${VERDICT_WORDS[verdict]}`),
  );
  if (neverVerified > 0) parts.push(`${neverVerified} not verified yet`);
  return `tenants   ${tenants}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

function channelLine({ channel, at: since, reason }: DisabledChannel, at: number, palette: Palette): string {
  const heading = palette.bad(`channel ${say(channel)} is disabled`);
  return `${heading} for ${spokenDuration(at - since)}: ${say(reason)}`;
}

function undeliverableLine(count: number): string {
  const what = count === 1 ? '1 message is' : `${count} messages are`;
  return `${what} given up: tenantwatch alerts deliveries --dead`;
}

function troubledText({ troubled, at }: StatusReport, palette: Palette): string {
  if (troubled.length === 0) return '';
  const entries = troubled.slice(0, SHOWN).map(({ tenant, hostname, verdict, code, why, since }) => {
    const heading = [
      palette[VERDICT_STYLE[verdict]](verdict.padEnd(7)),
      palette.bold(say(hostname ?? tenant)),
      ...(code === null ? [] : [say(code)]),
      palette.dim(`for ${spokenDuration(at - since)}, since ${spokenTime(since)}`),
    ].join('  ');
    return `  ${heading}\n${wrap(say(why), 11)}`;
  });
  const left = troubled.length - entries.length;
  return ['What does not pass', ...entries, ...(left > 0 ? [`  and ${left} more`] : [])].join('\n');
}

function incidentText({ incidents, at }: StatusReport, palette: Palette): string {
  if (incidents.length === 0) return 'No open incidents.';
  const rows = incidents.slice(0, SHOWN).map((incident) => [
    {
      text: incident.state === 'open' ? incident.severity : 'pending',
      style: palette[SEVERITY_STYLE[incident.severity]],
    },
    say(incident.id),
    subjectOf(incident),
    say(incident.code),
    spokenDuration(at - incident.firstFailedAt),
    marksOf(incident),
  ]);
  const left = incidents.length - rows.length;
  return ['Incidents', columns(rows), ...(left > 0 ? [`  and ${left} more`] : [])].join('\n');
}
