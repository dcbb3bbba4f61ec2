import type { Diagnosis } from '../model/diagnosis.ts';
import type { IncidentEvent } from '../model/delivery.ts';
import type { Incident, Resolution } from '../model/incident.ts';
import { read, type Outcome } from './outcome.ts';
import { holdMs, opensAtOnce, type IncidentPolicy } from './policy.ts';
import { adopt, adoption, settle } from './settle.ts';
import { event, incidentId } from './step.ts';

/** State and events, before anything is decided about telling. */
export interface Advanced {
  readonly incident: Incident | undefined;
  readonly events: readonly IncidentEvent[];
}

/** The next state of an incident after one more run. Pure; `previous` is the latest incident of the subject, if any. */
export function advance(
  previous: Incident | undefined,
  outcome: Outcome,
  policy: IncidentPolicy,
  now: number,
): Advanced {
  if (previous?.lastOutcomeAt === outcome.at) return { incident: previous, events: [] };
  const reading = read(outcome);
  switch (reading.kind) {
    case 'undecided':
      return undecided(previous, reading.explainedBy, outcome.at, now);
    case 'passing':
      return passing(previous, policy, outcome.at, now);
    case 'failing':
      return failing(previous, outcome, reading.diagnosis, policy, now);
  }
}

function undecided(
  previous: Incident | undefined,
  explainedBy: Incident['mutedBy'],
  at: number,
  now: number,
): Advanced {
  if (previous === undefined || previous.state === 'resolved' || explainedBy === null) {
    return { incident: previous, events: [] };
  }
  const same = previous.mutedBy?.code === explainedBy.code && previous.mutedBy.scope === explainedBy.scope;
  if (same) return { incident: previous, events: [] };
  // The recovery is not proven either while something else hides it.
  const incident = { ...previous, mutedBy: explainedBy, passes: 0, firstGoodAt: null, lastOutcomeAt: at };
  return { incident, events: [event(incident, now, 'muted', `explained by ${explainedBy.code}`)] };
}

function passing(previous: Incident | undefined, policy: IncidentPolicy, at: number, now: number): Advanced {
  if (previous === undefined) return { incident: undefined, events: [] };
  if (previous.state === 'resolved') {
    // Nothing to count any more: an incident that is over does not change with every good run.
    return { incident: previous, events: [] };
  }
  const events: IncidentEvent[] = [];
  const window = slide(previous.window, 'p', policy);
  const common = {
    ...previous,
    window,
    mutedBy: null,
    changing: null,
    lastOutcomeAt: at,
    passes: previous.passes + 1,
  };
  if (previous.mutedBy !== null) events.push(event(previous, now, 'unmuted', 'passes again'));

  if (previous.state === 'pending') {
    if (window.includes('f')) return { incident: common, events };
    // A blip. One that followed an earlier life leaves that life as it ended.
    const blip = {
      ...common,
      state: 'resolved' as const,
      pendingSince: null,
      resolution: 'recovered' as const,
    };
    const incident: Incident = blip.openedAt === null ? { ...blip, firstGoodAt: at, resolvedAt: now } : blip;
    return { incident, events };
  }
  const incident: Incident = { ...common, firstGoodAt: previous.firstGoodAt ?? at };
  const goodForMs = at - (incident.firstGoodAt ?? at);
  if (incident.passes < policy.resolveAfter || goodForMs < holdMs(policy, incident.reopened)) {
    return { incident, events };
  }
  return {
    incident: resolve(incident, 'recovered', now),
    events: [...events, resolvedEvent(incident, now, 'recovered')],
  };
}

/** Ends the incident; telling is decided elsewhere. */
export function resolve(incident: Incident, resolution: Resolution, now: number): Incident {
  return {
    ...incident,
    state: 'resolved',
    resolvedAt: now,
    resolution,
    firstGoodAt: incident.firstGoodAt ?? (resolution === 'recovered' ? now : null),
    pendingSince: null,
    changing: null,
    mutedBy: null,
    silencedBy: null,
  };
}

const ENDINGS: Readonly<Record<Resolution, string>> = {
  recovered: 'recovered',
  removed: 'the tenant was removed',
  suspended: 'the tenant is suspended on purpose',
  closed: 'closed by hand',
};

export function resolvedEvent(
  incident: Incident,
  now: number,
  resolution: Resolution,
  by: string | null = null,
): IncidentEvent {
  return event(incident, now, 'resolved', ENDINGS[resolution], by);
}

function failing(
  previous: Incident | undefined,
  outcome: Outcome,
  diagnosis: Diagnosis | null,
  policy: IncidentPolicy,
  now: number,
): Advanced {
  const { at } = outcome;
  if (previous === undefined || isPast(previous, policy, at)) {
    // Without a diagnosis there is no name for the trouble: nothing can be opened.
    if (diagnosis === null) return { incident: previous, events: [] };
    const incident = pending(outcome, diagnosis);
    return mayOpen(incident, policy, now, [event(incident, at, 'failed', diagnosis.summary)]);
  }
  const events: IncidentEvent[] = [];
  const window = slide(previous.window, 'f', policy);
  const common = { ...previous, window, mutedBy: null, passes: 0, lastFailedAt: at, lastOutcomeAt: at };
  if (previous.mutedBy !== null) events.push(event(previous, now, 'unmuted', 'fails on its own account'));

  switch (previous.state) {
    case 'resolved': {
      events.push(event(previous, at, 'failed', diagnosis?.summary ?? previous.summary));
      const incident = {
        ...common,
        ...adopt(previous, diagnosis),
        state: 'pending' as const,
        pendingSince: at,
      };
      return mayOpen(incident, policy, now, events);
    }
    case 'pending':
      return mayOpen({ ...common, ...adopt(previous, diagnosis) }, policy, now, events);
    case 'open': {
      const returned = previous.passes >= policy.resolveAfter;
      if (returned) events.push(event(previous, at, 'reopened', 'failed again before it held'));
      const reopened = previous.reopened + (returned ? 1 : 0);
      const settled = settle({ ...common, firstGoodAt: null, reopened }, outcome, diagnosis, policy);
      return { incident: settled.incident, events: [...events, ...settled.events] };
    }
  }
}

/** An incident that is over for so long that new trouble is a new incident; or one that never opened. */
function isPast(incident: Incident, policy: IncidentPolicy, at: number): boolean {
  if (incident.state !== 'resolved') return false;
  return incident.openedAt === null || at - (incident.resolvedAt ?? at) > policy.reopenWithinMs;
}

function pending(outcome: Outcome, diagnosis: Diagnosis): Incident {
  const { subject, at } = outcome;
  return {
    id: incidentId(subject, at),
    subject,
    state: 'pending',
    ...adoption(diagnosis),
    changing: null,
    changes: 0,
    startedAt: at,
    pendingSince: at,
    firstFailedAt: at,
    lastFailedAt: at,
    openedAt: null,
    firstGoodAt: null,
    resolvedAt: null,
    resolution: null,
    lastOutcomeAt: at,
    window: 'f',
    passes: 0,
    reopened: 0,
    acknowledged: null,
    silencedBy: null,
    mutedBy: null,
    storm: null,
    announcedTo: [],
    told: null,
    alerts: 0,
    lastAlertAt: null,
    reminders: 0,
    members: [],
    memberCount: 0,
  };
}

function mayOpen(
  incident: Incident,
  policy: IncidentPolicy,
  now: number,
  events: readonly IncidentEvent[],
): Advanced {
  const failures = Array.from(incident.window).filter((mark) => mark === 'f').length;
  if (!opensAtOnce(incident) && failures < policy.openAfter.failures) return { incident, events };
  const again = incident.openedAt !== null;
  const open = begin(incident, now);
  const text = `${open.severity}: ${open.summary}`;
  return { incident: open, events: [...events, event(open, now, again ? 'reopened' : 'opened', text)] };
}

/** Begins a life: the first, or the next one of an incident that returned. */
export function begin(incident: Incident, now: number): Incident {
  const again = incident.openedAt !== null;
  return {
    ...incident,
    state: 'open',
    openedAt: now,
    firstFailedAt: incident.pendingSince ?? incident.firstFailedAt,
    pendingSince: null,
    firstGoodAt: null,
    resolvedAt: null,
    resolution: null,
    reopened: incident.reopened + (again ? 1 : 0),
    acknowledged: null,
    storm: null,
    changing: null,
    changes: 0,
    reminders: 0,
  };
}

function slide(window: string, mark: 'f' | 'p', policy: IncidentPolicy): string {
  return `${window}${mark}`.slice(-policy.openAfter.of);
}
