import {
  acknowledge,
  annotate,
  close,
  closeRemoved,
  deliveriesOf,
  isActive,
  isStorm,
  subjectKey,
  trackRound,
  unacknowledge,
  type IncidentPolicy,
  type IncidentStep,
  type Outcome,
} from '../incidents/index.ts';
import type { AlertLinks } from '../model/alert.ts';
import type { IncidentChange, IncidentEventKind } from '../model/delivery.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident, Silence } from '../model/incident.ts';
import type { Logger } from '../model/logger.ts';
import { isSuspended, type Tenant } from '../model/tenant.ts';
import type { Clock } from '../model/time.ts';
import type { WhatCameBefore } from './what-came-before.ts';

export interface TrackerOptions {
  readonly policy: IncidentPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unresolved incidents and those resolved within `reopenWithinMs`, from before a restart. */
  readonly known: readonly Incident[];
  /** An incident that is over and no longer in memory, from the store. */
  readonly past: (id: string) => Incident | undefined;
  /** State, timeline and deliveries in one durable transaction; throws when the store is not there. */
  readonly commit: (changes: readonly IncidentChange[]) => void;
  /** Silences that are in force or to come. */
  readonly silences: () => readonly Silence[];
  readonly tenant: (id: string) => Tenant | undefined;
  readonly fleetSize: () => number;
  readonly channelsFor: (incident: Incident, tenant: Tenant | null) => readonly string[];
  /** Is it in the configuration? One that was taken out hears the end of what it was told, and nothing else. */
  readonly hasChannel: (name: string) => boolean;
  /** The release that preceded the first failing run, and how the certificate behind it got there. */
  readonly before: (incident: Incident) => WhatCameBefore;
  readonly links: (incident: Incident) => AlertLinks;
  /** A storm has no diagnosis of its own: it is made of its members'. */
  readonly stormDiagnosis: (incident: Incident) => Diagnosis | null;
  /** After a commit: wake the delivery, tell the pages. */
  readonly committed: (changed: readonly Incident[], deliveries: number) => void;
}

/** Holds the incidents, and turns outcomes into changes that are stored before anyone is told. */
export interface Tracker {
  /** Takes an outcome; decided at the next `flush`. */
  readonly note: (outcome: Outcome) => void;
  /** Decides over everything noted and the time that passed. Never throws: what cannot be stored is tried again. */
  readonly flush: () => void;
  /** Is everything that was decided on disk? */
  readonly stored: () => boolean;
  readonly unresolved: () => readonly Incident[];
  readonly get: (id: string) => Incident | undefined;
  readonly acknowledge: (id: string, by: string, note: string | null) => Incident | undefined;
  readonly unacknowledge: (id: string, by: string) => Incident | undefined;
  readonly close: (id: string, by: string) => Incident | undefined;
  /** Adds a note to the timeline, also of an incident that is long over. `at`: when it was said, if not now. */
  readonly annotate: (id: string, by: string, text: string, at?: number) => Incident | undefined;
  /** Ends the incidents of tenants that are gone from the fleet, or suspended on purpose. */
  readonly closeAbsent: () => void;
}

/** Events of the timeline that are no news in the log: something else was, and was said. */
const FOLLOWING: ReadonlySet<IncidentEventKind> = new Set(['failed', 'muted', 'unmuted']);

export function createTracker(options: TrackerOptions): Tracker {
  const { policy, clock, logger } = options;
  const known = latestOfSubjects(options.known);
  let noted: Outcome[] = [];
  let failing = false;

  const change = (step: IncidentStep, now: number): IncidentChange | undefined => {
    const { incident, events } = step;
    if (incident === undefined) return undefined;
    // Most steps tell nobody, and what an alert carries is read from the disk.
    if (step.tell.length === 0) return { incident, events, deliveries: [] };
    const { scope, name } = incident.subject;
    const stormed = isStorm(incident);
    const { deploy, origin } = options.before(incident);
    const tell = step.tell.map((one) =>
      one.reason === 'resolved' ? one : { ...one, channels: one.channels.filter(options.hasChannel) },
    );
    const deliveries = deliveriesOf(
      { ...step, tell },
      {
        ...(stormed ? { diagnosis: options.stormDiagnosis(incident) } : {}),
        tenant: scope === 'tenant' ? (options.tenant(name) ?? null) : null,
        deploy: deploy?.release ?? null,
        origin,
        links: options.links(incident),
      },
      now,
    );
    return { incident, events, deliveries };
  };

  /** Undefined when the store is away. */
  const attempt = <Result>(use: () => Result): Result | undefined => {
    try {
      return use();
    } catch (error) {
      if (!failing) logger.error({ error: String(error) }, 'incidents cannot be stored; trying again');
      failing = true;
      return undefined;
    }
  };

  /** True when the changes are stored; memory follows the disk, never the other way round. */
  const store = (changes: readonly IncidentChange[]): boolean => {
    const stored = attempt(() => {
      options.commit(changes);
      return true;
    });
    if (stored === undefined) return false;
    if (failing) logger.info({}, 'incidents are stored again');
    failing = false;
    return true;
  };

  const commit = (steps: readonly IncidentStep[], now: number): boolean => {
    // What an alert carries is read from the store, too, and fails with it.
    const changes = attempt(() => steps.map((step) => change(step, now)).filter((one) => one !== undefined));
    if (changes?.length === 0) return true;
    if (changes === undefined || !store(changes)) return false;
    for (const { incident } of changes) known.set(subjectKey(incident.subject), incident);
    report(changes);
    return true;
  };

  const report = (changes: readonly IncidentChange[]): void => {
    for (const { incident, deliveries, events } of changes) {
      const { scope, name: subject } = incident.subject;
      const fields = { incident: incident.id, scope, subject, code: incident.code };
      for (const event of events) {
        // The run that failed has said so itself, and what follows from another scope's trouble is that trouble's line.
        const level = FOLLOWING.has(event.kind) ? 'debug' : 'info';
        logger[level]({ ...fields, event: event.kind }, event.text);
      }
      for (const [reason, told] of Map.groupBy(deliveries, ({ message }) => message.reason)) {
        logger.info({ ...fields, channels: told.map(({ channel }) => channel) }, `alert decided: ${reason}`);
      }
    }
    options.committed(
      changes.map(({ incident }) => incident),
      changes.reduce((sum, { deliveries }) => sum + deliveries.length, 0),
    );
  };

  const forgetOld = (now: number): void => {
    for (const [key, incident] of known) {
      if (!isActive(incident) && now - (incident.resolvedAt ?? now) > policy.reopenWithinMs)
        known.delete(key);
    }
  };

  const byId = (id: string): Incident | undefined => {
    for (const incident of known.values()) if (incident.id === id) return incident;
    return undefined;
  };

  const isWatched = ({ subject }: Outcome): boolean => {
    if (subject.scope !== 'tenant') return true;
    const tenant = options.tenant(subject.name);
    return tenant !== undefined && !isSuspended(tenant);
  };

  /** A person's act: stored at once or reported as not done. */
  const act = (id: string, step: (incident: Incident, now: number) => IncidentStep): Incident | undefined => {
    const incident = byId(id);
    if (incident === undefined) return undefined;
    const now = clock.now();
    return commit([step(incident, now)], now) ? byId(id) : undefined;
  };

  return {
    note: (outcome) => {
      // A passing run of a subject that has no trouble changes nothing; a fleet has ten thousand of them a minute.
      if (outcome.verdict === 'pass' && !known.has(subjectKey(outcome.subject))) return;
      noted.push(outcome);
    },
    flush: () => {
      const now = clock.now();
      // A run that was under way when its tenant was suspended or removed must not open what was closed for that.
      const outcomes = noted.filter(isWatched);
      noted = [];
      const steps = trackRound(known, outcomes, {
        policy,
        now,
        silences: options.silences(),
        tenantOf: (name) => options.tenant(name) ?? null,
        channelsFor: options.channelsFor,
        fleet: options.fleetSize(),
      });
      if (!commit(steps, now)) noted = firstAndLast([...outcomes, ...noted]);
      else if (failing) {
        // What failed was a person's act, who was told so, or has passed meanwhile.
        failing = false;
        logger.info({}, 'no incident waits to be stored any more');
      }
      forgetOld(now);
    },
    stored: () => !failing,
    unresolved: () => [...known.values()].filter(isActive),
    get: byId,
    acknowledge: (id, by, note) => act(id, (incident, at) => acknowledge(incident, { by, at, note })),
    unacknowledge: (id, by) => act(id, (incident, now) => unacknowledge(incident, by, now)),
    close: (id, by) => act(id, (incident, now) => close(incident, 'closed', now, by)),
    annotate: (id, by, text, at = clock.now()) => {
      const incident = byId(id) ?? options.past(id);
      if (incident === undefined) return undefined;
      // Not through memory: the subject may have another incident by now, which an old one must not replace.
      const changes = [{ ...annotate(incident, text, by, at), incident, deliveries: [] }];
      if (!store(changes)) return undefined;
      report(changes);
      return incident;
    },
    closeAbsent: () => {
      const now = clock.now();
      const tenantOf = ({ subject, state }: Incident): Tenant | undefined =>
        subject.scope === 'tenant' && state !== 'resolved' ? options.tenant(subject.name) : undefined;
      const suspended = [...known.values()].filter((incident) => {
        const tenant = tenantOf(incident);
        return tenant !== undefined && isSuspended(tenant);
      });
      commit(
        [
          ...closeRemoved(known.values(), (id) => options.tenant(id) !== undefined, now),
          ...suspended.map((incident) => close(incident, 'suspended', now)),
        ],
        now,
      );
    },
  };
}

/** A subject may have had several incidents lately: only the last one goes on, or returns. */
function latestOfSubjects(incidents: readonly Incident[]): Map<string, Incident> {
  const byAge = incidents.toSorted((one, other) => one.startedAt - other.startedAt);
  return new Map(byAge.map((incident) => [subjectKey(incident.subject), incident]));
}

/**
 * While the store is away memory stays bounded: of each subject the first outcome tells since when, and the newest how it stands.
 */
function firstAndLast(outcomes: readonly Outcome[]): Outcome[] {
  const bySubject = Map.groupBy(outcomes, ({ subject }) => subjectKey(subject));
  return [...bySubject.values()].flatMap((of) => (of.length < 3 ? of : [...of.slice(0, 1), ...of.slice(-1)]));
}
