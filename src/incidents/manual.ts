import type { AlertReason } from '../model/alert.ts';
import type { Acknowledgement, Incident, Resolution } from '../model/incident.ts';
import { resolve, resolvedEvent } from './advance.ts';
import { event, isActive, isStorm, type IncidentStep } from './step.ts';

/** Someone is on it: no reminders until it gets worse. Channels that can show it are told. */
export function acknowledge(incident: Incident, acknowledgement: Acknowledgement): IncidentStep {
  if (!isActive(incident) || incident.acknowledged !== null) return { incident, events: [], tell: [] };
  const { by, at, note } = acknowledgement;
  const next = { ...incident, acknowledged: acknowledgement };
  return tellInformed(
    next,
    [event(next, at, 'acknowledged', note ?? 'no reminders until it gets worse', by)],
    'acknowledged',
  );
}

/** Takes an acknowledgement back; reminders go on. */
export function unacknowledge(incident: Incident, by: string, now: number): IncidentStep {
  if (incident.acknowledged === null) return { incident, events: [], tell: [] };
  const next = { ...incident, acknowledged: null };
  return {
    incident: next,
    events: [event(next, now, 'unacknowledged', 'reminders go on', by)],
    tell: [],
  };
}

/** What a person has to say about it, at any time of its life and after it. Told to nobody: it is for the timeline. */
export function annotate(incident: Incident, text: string, by: string, at: number): IncidentStep {
  return { incident, events: [event(incident, at, 'note', text, by)], tell: [] };
}

/**
 * Ends an incident without a passing run: a person closes it, its tenant is gone or suspended. Whoever was told that it
 * is open is told that it is over, whatever mutes it. Trouble that goes on opens it again.
 */
export function close(
  incident: Incident,
  resolution: Exclude<Resolution, 'recovered'>,
  now: number,
  by: string | null = null,
): IncidentStep {
  if (!isActive(incident)) return { incident, events: [], tell: [] };
  // Trouble that had returned unproven leaves the earlier life as it ended.
  const wasOpen = incident.state === 'open';
  const resolved = resolve(incident, resolution, now);
  const next = wasOpen ? resolved : { ...resolved, resolvedAt: incident.resolvedAt ?? now };
  const events = wasOpen ? [resolvedEvent(next, now, resolution, by)] : [];
  if (next.announcedTo.length === 0) return { incident: next, events, tell: [] };
  const step = tellInformed({ ...next, lastAlertAt: now }, events, 'resolved');
  return { ...step, incident: step.incident && { ...step.incident, announcedTo: [], told: null } };
}

/** Incidents whose tenant is not in the fleet any more. */
export function closeRemoved(
  incidents: Iterable<Incident>,
  isTenant: (id: string) => boolean,
  now: number,
): readonly IncidentStep[] {
  const steps: IncidentStep[] = [];
  for (const incident of incidents) {
    const { scope, name } = incident.subject;
    if (scope !== 'tenant' || isStorm(incident) || !isActive(incident) || isTenant(name)) continue;
    steps.push(close(incident, 'removed', now));
  }
  return steps;
}

function tellInformed(incident: Incident, events: IncidentStep['events'], reason: AlertReason): IncidentStep {
  if (incident.announcedTo.length === 0) return { incident, events, tell: [] };
  const next = { ...incident, alerts: incident.alerts + 1 };
  return { incident: next, events, tell: [{ reason, channels: incident.announcedTo, before: null }] };
}
