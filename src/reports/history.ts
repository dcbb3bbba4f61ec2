import type { Availability, Deploy, Transition } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';
import type { Run } from '../model/run.ts';
import { spokenDuration, spokenMs, spokenRatio, spokenTime } from '../model/spoken.ts';
import type { Stage } from '../model/stages.ts';
import { columns, type Cell } from './columns.ts';
import { PLAIN, type Palette } from './palette.ts';
import { marksOf, SEVERITY_STYLE, VERDICT_STYLE } from './standing.ts';
import { say, VERDICT_WORDS } from './wording.ts';

/** What `history` prints; all times are milliseconds since the epoch, lists are oldest first. */
export interface HistoryReport {
  readonly schema: 'tenantwatch.history/1';
  readonly tenant: string;
  readonly hostname: string;
  readonly app: string;
  readonly since: number;
  readonly until: number;
  readonly latest: Run | null;
  /** Null when no run is kept from that time on. */
  readonly runs: Omit<Availability, 'tenant'> | null;
  /** Of the newest runs of the range; null without any. */
  readonly timings: Timings | null;
  readonly transitions: readonly Transition[];
  readonly deploys: readonly FollowedDeploy[];
  readonly incidents: readonly Incident[];
}

/** A deploy, and when the verifications that followed it first passed; null when none of those that are kept did. */
export interface FollowedDeploy extends Deploy {
  readonly verifiedAt: number | null;
}

/** Each deploy with the first run that it caused and that passed, before the next deploy. Any order; the result is oldest first. */
export function followedDeploys(
  deploys: readonly Deploy[],
  runs: readonly Pick<Run, 'at' | 'trigger' | 'verdict'>[],
): readonly FollowedDeploy[] {
  const proofs = runs
    .filter(({ trigger, verdict }) => trigger === 'deploy' && (verdict === 'pass' || verdict === 'warn'))
    .map(({ at }) => at)
    .toSorted((a, b) => a - b);
  const inOrder = deploys.toSorted((a, b) => a.firstSeenAt - b.firstSeenAt);
  return inOrder.map((deploy, index) => {
    const until = inOrder[index + 1]?.firstSeenAt ?? Number.POSITIVE_INFINITY;
    const verifiedAt = proofs.find((at) => at >= deploy.firstSeenAt && at < until) ?? null;
    return { ...deploy, verifiedAt };
  });
}

export interface Timings {
  readonly runs: number;
  readonly medianMs: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  /** Medians. */
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
}

/** Quantiles by rank over runs in any order; null without runs. */
export function timingsOf(runs: readonly Pick<Run, 'durationMs' | 'stages'>[]): Timings | null {
  if (runs.length === 0) return null;
  const durations = runs.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
  const names = new Set(runs.flatMap(({ stages }) => Object.keys(stages) as Stage[]));
  const stages = Object.fromEntries(
    [...names].map((stage) => [
      stage,
      quantile(
        runs.flatMap((run) => run.stages[stage] ?? []).toSorted((a, b) => a - b),
        0.5,
      ),
    ]),
  );
  return {
    runs: runs.length,
    medianMs: quantile(durations, 0.5),
    p90Ms: quantile(durations, 0.9),
    p99Ms: quantile(durations, 0.99),
    stages,
  };
}

/** The smallest value that so much of the sorted list does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function historyText(report: HistoryReport, palette: Palette = PLAIN): string {
  const { tenant, hostname, app, since, until } = report;
  const head = [
    `${palette.bold(say(hostname))}  tenant ${say(tenant)}, app ${say(app)}`,
    nowLine(report, palette),
    `since ${spokenTime(since)} (${spokenDuration(until - since)}): ${runsOf(report)}`,
    ...timingLines(report.timings),
  ].join('\n');
  const rows = storyOf(report, palette);
  const story =
    rows.length === 0
      ? 'Nothing changed in that time.'
      : columns(
          rows.map(({ cells }) => cells),
          { indent: 0 },
        );
  return `${head}\n\n${story}\n`;
}

function nowLine({ latest, until }: HistoryReport, palette: Palette): string {
  if (latest === null) return 'no run is kept';
  const { verdict, code, at, trigger } = latest;
  const words = palette[VERDICT_STYLE[verdict]](VERDICT_WORDS[verdict]);
  return `now: ${words}${code === null ? '' : ` (${say(code)})`}, last run ${spokenDuration(until - at)} ago (${trigger})`;
}

function runsOf({ runs }: HistoryReport): string {
  if (runs === null) return 'no runs';
  const { pass, warn, fail, unknown, skipped, ratio } = runs;
  const counts = [
    `${pass + warn + fail + unknown + skipped} runs counted`,
    ...(ratio === null ? [] : [`${spokenRatio(ratio)} available`]),
    ...(fail === 0 ? [] : [`${fail} failed`]),
    ...(unknown === 0 ? [] : [`${unknown} could not tell`]),
    ...(warn === 0 ? [] : [`${warn} with warnings`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ];
  return counts.join(', ');
}

function timingLines(timings: Timings | null): readonly string[] {
  if (timings === null) return [];
  const { runs, medianMs, p90Ms, p99Ms, stages } = timings;
  const medians = Object.entries(stages).map(([stage, ms]) => `${stage} ${spokenMs(ms)}`);
  return [
    `a run takes ${spokenMs(medianMs)}, one in ten over ${spokenMs(p90Ms)}, one in a hundred over ${spokenMs(p99Ms)} (latest ${runs} runs)`,
    ...(medians.length === 0 ? [] : [`usually: ${medians.join(', ')}`]),
  ];
}

interface Moment {
  readonly at: number;
  readonly cells: readonly Cell[];
}

/** Transitions, deploys and incidents in one row of time. */
function storyOf(report: HistoryReport, palette: Palette): readonly Moment[] {
  const { transitions, deploys, incidents, since, until } = report;
  const told = [
    ...transitions.map((transition, index) =>
      momentOf(transition, transitions[index + 1]?.at ?? until, palette),
    ),
    ...deploys.map((deploy) => deployed(deploy, palette)),
    ...incidents.flatMap((incident) => incidentMoments(incident, palette)),
  ];
  return told.filter(({ at }) => at >= since && at <= until).toSorted((a, b) => a.at - b.at);
}

function momentOf({ at, from, to }: Transition, end: number, palette: Palette): Moment {
  const what = { text: VERDICT_WORDS[to.verdict], style: palette[VERDICT_STYLE[to.verdict]] };
  const first = from === null ? 'first run' : '';
  const lasted = to.verdict === 'pass' ? '' : `for ${spokenDuration(end - at)}`;
  const rest = [to.code === null ? '' : say(to.code), lasted, first].filter((part) => part !== '').join(', ');
  return { at, cells: [spokenTime(at), what, rest] };
}

function deployed({ release, app, firstSeenAt, verifiedAt }: FollowedDeploy, palette: Palette): Moment {
  const { version, user, status, createdAt } = release;
  const by = user === null ? '' : ` by ${say(user)}`;
  const proof =
    verifiedAt === null ? '' : `, verified ${spokenDuration(verifiedAt - firstSeenAt)} after it was noticed`;
  const rest = `v${version} of ${say(app)}${by} (${say(status)})${proof}`;
  return { at: createdAt, cells: [spokenTime(createdAt), { text: 'deploy', style: palette.bold }, rest] };
}

function incidentMoments(incident: Incident, palette: Palette): readonly Moment[] {
  const { id, severity, code, openedAt, resolvedAt, firstFailedAt, resolution } = incident;
  const what = { text: 'incident', style: palette[SEVERITY_STYLE[severity]] };
  const marks = marksOf(incident);
  const moments: Moment[] = [];
  if (openedAt !== null) {
    const rest = `${say(id)} opened: ${severity}, ${say(code)}${marks === '' ? '' : ` (${marks})`}`;
    moments.push({ at: openedAt, cells: [spokenTime(openedAt), what, rest] });
  }
  if (openedAt !== null && resolvedAt !== null) {
    const took = spokenDuration((incident.firstGoodAt ?? resolvedAt) - firstFailedAt);
    const rest = `${say(id)} resolved: ${resolution ?? 'over'} after ${took}`;
    moments.push({ at: resolvedAt, cells: [spokenTime(resolvedAt), what, rest] });
  }
  return moments;
}
