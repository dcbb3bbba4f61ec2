import type { IncidentEvent } from '../model/delivery.ts';
import type { AlertReason } from '../model/alert.ts';
import type { Incident, Silence } from '../model/incident.ts';
import type { Tenant } from '../model/tenant.ts';
import type { IncidentPolicy } from './policy.ts';
import { silenceFor } from './silence.ts';
import { event, isActive, type Draft, type IncidentStep, type Telling } from './step.ts';

/** What decides whether and whom to tell, beside the incident itself. */
export interface TellContext {
  readonly policy: IncidentPolicy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly silences: readonly Silence[];
  /** The tenant of a subject's name; null for platform, monitor, storms, and tenants that are gone. */
  readonly tenantOf: (name: string) => Tenant | null;
  /** The channels that the routes choose for this incident as it is now. */
  readonly channelsFor: (incident: Incident, tenant: Tenant | null) => readonly string[];
}

/** Sets or lifts the mark of a silence. */
export function markSilence(incident: Incident, context: TellContext): Draft {
  if (!isActive(incident)) return { incident, events: [] };
  const { now } = context;
  const silence = silenceFor(incident, tenantOf(incident, context), context.silences, now);
  const silencedBy = silence?.id ?? null;
  if (silencedBy === incident.silencedBy) return { incident, events: [] };
  const next = { ...incident, silencedBy };
  if (silence === undefined)
    return { incident: next, events: [event(next, now, 'unsilenced', 'what still fails is told again')] };
  return { incident: next, events: [event(next, now, 'silenced', silence.reason, silence.author)] };
}

function tenantOf(incident: Incident, context: TellContext): Tenant | null {
  return incident.subject.scope === 'tenant' ? context.tenantOf(incident.subject.name) : null;
}

/**
 * Why to tell someone of this incident now, or undefined. Opening, changes and reminders may be muted; the end of what was
 * announced never is.
 * @param unsilenced a silence ended just now: trouble that persisted is told again
 * @param routed the channels that the routes choose now
 */
function alertReason(
  incident: Incident,
  policy: IncidentPolicy,
  now: number,
  unsilenced: boolean,
  routed: readonly string[],
): AlertReason | undefined {
  if (incident.state === 'resolved') return incident.announcedTo.length > 0 ? 'resolved' : undefined;
  if (incident.state === 'pending' || isMuted(incident) || incident.passes > 0) return undefined;
  const { told } = incident;
  if (told === null || incident.announcedTo.length === 0) return 'opened';
  if (told.code !== incident.code || told.severity !== incident.severity) return 'changed';
  if (incident.memberCount >= Math.max(told.memberCount, 1) * 2) return 'changed';
  if (incident.acknowledged !== null) return undefined;
  // Other channels were configured: who was told is not there any more, and who is there knows nothing of it.
  if (!routed.some((channel) => incident.announcedTo.includes(channel)) && routed.length > 0) return 'opened';
  return unsilenced || reminderDue(incident, policy, now) ? 'reminder' : undefined;
}

function isMuted(incident: Incident): boolean {
  return incident.silencedBy !== null || incident.mutedBy !== null || incident.storm !== null;
}

function reminderDue(incident: Incident, policy: IncidentPolicy, now: number): boolean {
  const wait = policy.reminders[Math.min(incident.reminders, policy.reminders.length - 1)];
  return wait !== undefined && incident.lastAlertAt !== null && now - incident.lastAlertAt >= wait;
}

/** Decides on telling and marks the incident as told. Idempotent: asked again at the same moment it tells nothing. */
export function announce(
  incident: Incident,
  events: readonly IncidentEvent[],
  unsilenced: boolean,
  context: TellContext,
): IncidentStep {
  const { policy, now } = context;
  const routed = isActive(incident) ? context.channelsFor(incident, tenantOf(incident, context)) : [];
  const reason = alertReason(incident, policy, now, unsilenced, routed);
  if (reason === undefined) return { incident, events, tell: [] };
  if (reason === 'resolved') {
    const tell: Telling[] = [{ reason, channels: incident.announcedTo, before: null }];
    const next = { ...incident, announcedTo: [], told: null, lastAlertAt: now, alerts: incident.alerts + 1 };
    return { incident: next, events, tell };
  }
  // Who was told once hears of it to the end, also when the routes changed; who is new to it hears that it opened.
  const informed = incident.announcedTo;
  const fresh = routed.filter((channel) => !informed.includes(channel));
  const tell: Telling[] = [];
  if (informed.length > 0 && reason !== 'opened') {
    tell.push({ reason, channels: informed, before: reason === 'changed' ? incident.told : null });
  }
  if (fresh.length > 0) tell.push({ reason: 'opened', channels: fresh, before: null });
  if (tell.length === 0) return { incident, events, tell };
  const { code, severity, memberCount } = incident;
  const next: Incident = {
    ...incident,
    announcedTo: [...informed, ...fresh],
    told: { code, severity, memberCount },
    lastAlertAt: now,
    alerts: incident.alerts + tell.length,
    reminders: incident.reminders + (reason === 'reminder' ? 1 : 0),
  };
  const reminded = reason === 'reminder' ? [event(next, now, 'reminder', `number ${next.reminders}`)] : [];
  return { incident: next, events: [...events, ...reminded], tell };
}
