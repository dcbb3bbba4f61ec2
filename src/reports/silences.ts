import type { Silence, SilenceMatcher } from '../model/incident.ts';
import { spokenDuration, spokenTime } from '../model/spoken.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say } from './wording.ts';

/** What `silence list` and `silence add` print. */
export interface SilencesReport {
  readonly schema: 'tenantwatch.silences/1';
  readonly at: number;
  readonly silences: readonly SilenceEntry[];
}

export interface SilenceEntry extends Silence {
  readonly state: 'in force' | 'to come' | 'over';
  /** Ids of the incidents under way that it covers. */
  readonly covers: readonly string[];
}

export function silenceState(silence: Silence, now: number): SilenceEntry['state'] {
  if (silence.endsAt <= now) return 'over';
  return silence.startsAt <= now ? 'in force' : 'to come';
}

export function silencesText({ silences, at }: SilencesReport, palette: Palette = PLAIN): string {
  if (silences.length === 0) return 'No silences.\n';
  return `${silences.map((silence) => silenceText(silence, at, palette)).join('\n\n')}\n`;
}

function silenceText(silence: SilenceEntry, at: number, palette: Palette): string {
  const { id, matcher, author, reason, state, covers, untilDeployOf } = silence;
  const lines = [
    `${palette.bold(say(id))}  ${state === 'in force' ? palette.doubtful(state) : palette.dim(state)}, ${spanOf(silence, at)}`,
    `  of ${matcherText(matcher)}`,
    `  ${say(author)}: ${say(reason)}`,
    ...(untilDeployOf === null ? [] : [`  ends early when a deploy of ${say(untilDeployOf)} was verified`]),
    ...(covers.length === 0 ? [] : [`  covers ${covers.map(say).join(', ')}`]),
  ];
  return lines.join('\n');
}

function spanOf({ state, startsAt, endsAt }: SilenceEntry, at: number): string {
  switch (state) {
    case 'in force':
      return `until ${spokenTime(endsAt)} (${spokenDuration(endsAt - at)} more)`;
    case 'to come':
      return `from ${spokenTime(startsAt)} until ${spokenTime(endsAt)}`;
    case 'over':
      return `since ${spokenTime(endsAt)}`;
  }
}

function matcherText({ tenant, problem, labels = {} }: SilenceMatcher): string {
  return [
    ...(tenant === undefined ? [] : [`tenant ${say(tenant)}`]),
    ...(problem === undefined ? [] : [`problem ${say(problem)}`]),
    ...Object.entries(labels).map(([name, value]) => `label ${say(name)}=${say(value)}`),
  ].join(', ');
}
