import type { IncidentEvent } from '../model/delivery.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Change, Incident } from '../model/incident.ts';
import { CERTAINTIES, SEVERITIES, type Severity } from '../model/verdict.ts';
import type { Outcome } from './outcome.ts';
import { holdMs, type IncidentPolicy } from './policy.ts';
import { event } from './step.ts';

/** What an incident takes over of a diagnosis. */
export function adoption(
  diagnosis: Diagnosis,
): Pick<Incident, 'code' | 'severity' | 'certainty' | 'summary' | 'diagnosis'> {
  const { code, severity, certainty, summary } = diagnosis;
  return { code, severity, certainty, summary, diagnosis };
}

/** The same, or nothing when it would read the same. */
export function adopt(previous: Incident, diagnosis: Diagnosis | null): Partial<ReturnType<typeof adoption>> {
  if (diagnosis === null || sameDiagnosis(previous.diagnosis, diagnosis)) return {};
  return adoption(diagnosis);
}

/**
 * Takes a new root or severity over: at once when it is more urgent, or certain after one that was not; otherwise when it
 * lasts, and the longer the more often it changed before. What lasts must have been looked at anew: right after a repair a list of
 * certificates from before it, beside handshakes that succeed again, reads like a lesser problem and is none.
 */
export function settle(
  incident: Incident,
  { at, listedAt }: Pick<Outcome, 'at' | 'listedAt'>,
  diagnosis: Diagnosis | null,
  policy: IncidentPolicy,
): { readonly incident: Incident; readonly events: readonly IncidentEvent[] } {
  if (diagnosis === null) return { incident, events: [] };
  const { code, severity } = diagnosis;
  if (code === incident.code && severity === incident.severity) {
    return { incident: { ...incident, ...adopt(incident, diagnosis), changing: null }, events: [] };
  }
  const { changing } = incident;
  const lasts = changing?.code === code && changing.severity === severity;
  const change: Change = lasts
    ? { ...changing, runs: changing.runs + 1 }
    : { code, severity, since: at, runs: 1 };
  const escalates = moreUrgent(severity, incident.severity);
  const proves =
    code !== incident.code &&
    severity === incident.severity &&
    moreCertain(diagnosis.certainty, incident.certainty);
  const lookedAnew = listedAt === undefined || listedAt > change.since;
  const settled =
    lookedAnew && change.runs >= policy.resolveAfter && at - change.since >= holdMs(policy, incident.changes);
  if (!escalates && !proves && !settled) return { incident: { ...incident, changing: change }, events: [] };
  const next: Incident = {
    ...incident,
    ...adoption(diagnosis),
    changing: null,
    changes: incident.changes + 1,
    // What was acknowledged was less than this.
    acknowledged: escalates ? null : incident.acknowledged,
    reminders: escalates ? 0 : incident.reminders,
  };
  const became =
    code === incident.code
      ? `${incident.severity} became ${severity}`
      : `${incident.severity} ${incident.code} became ${severity} ${code}`;
  const text = `${became}: ${diagnosis.summary}`;
  const events = [event(next, at, 'changed', text)];
  if (escalates && incident.acknowledged !== null) {
    events.push(event(next, at, 'unacknowledged', 'it is worse than what was acknowledged'));
  }
  return { incident: next, events };
}

export function moreUrgent(severity: Severity, than: Severity): boolean {
  return SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(than);
}

function moreCertain(certainty: Diagnosis['certainty'], than: Diagnosis['certainty']): boolean {
  return CERTAINTIES.indexOf(certainty) < CERTAINTIES.indexOf(than);
}

/** Evidence changes with every run (times, rates); what people would read as the same is kept, and no row is written. */
function sameDiagnosis(previous: Diagnosis | null, next: Diagnosis): boolean {
  return (
    previous !== null &&
    previous.code === next.code &&
    previous.severity === next.severity &&
    previous.certainty === next.certainty &&
    previous.summary === next.summary
  );
}
