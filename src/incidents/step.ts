import type { AlertReason } from '../model/alert.ts';
import type { IncidentEvent, IncidentEventKind } from '../model/delivery.ts';
import type { Incident, Subject, Told } from '../model/incident.ts';
import type { ProblemCode } from '../model/problem.ts';

/** One decision to tell: the reason, and the channels that get it. */
export interface Telling {
  readonly reason: AlertReason;
  readonly channels: readonly string[];
  /** With `changed`: what these channels knew before. */
  readonly before: Told | null;
}

/** What an outcome, a person or the passing of time does to an incident. */
export interface IncidentStep {
  /** Undefined when nothing is wrong and nothing was. The previous object itself when nothing happened. */
  readonly incident: Incident | undefined;
  readonly events: readonly IncidentEvent[];
  /** Usually one; more when channels that hear of it for the first time stand beside others. */
  readonly tell: readonly Telling[];
}

/** An incident in the middle of a step, before anything is decided about telling. */
export interface Draft {
  readonly incident: Incident;
  readonly events: readonly IncidentEvent[];
}

/** The key of an incident's identity. */
export function subjectKey(subject: Subject): string {
  return `${subject.scope}/${subject.name}`;
}

/** Made of what the incident is, so that a step repeated after a crash names the same incident. */
export function incidentId(subject: Subject, startedAt: number): string {
  return `${subject.scope.slice(0, 1)}-${subject.name}-${startedAt.toString(36)}`;
}

export function isActive(incident: Incident): boolean {
  return incident.state !== 'resolved';
}

const STORM_PREFIX = 'storm:';

/** The subject's name of a storm: one problem of many tenants. */
export function stormName(code: ProblemCode): string {
  return `${STORM_PREFIX}${code}`;
}

export function isStorm(incident: Incident): boolean {
  return incident.subject.scope === 'tenant' && incident.subject.name.startsWith(STORM_PREFIX);
}

export function event(
  incident: Incident,
  at: number,
  kind: IncidentEventKind,
  text: string,
  by: string | null = null,
): IncidentEvent {
  return { incident: incident.id, at, kind, by, text };
}
