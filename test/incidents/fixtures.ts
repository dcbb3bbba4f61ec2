import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { ProblemCode, ProblemRef } from '../../src/model/problem.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import type { Certainty, Scope, Severity } from '../../src/model/verdict.ts';
import {
  DEFAULT_INCIDENT_POLICY,
  subjectKey,
  trackRound,
  type IncidentStep,
  type Outcome,
  type RoundContext,
} from '../../src/incidents/index.ts';

export const START = Date.UTC(2026, 10, 1, 3);

export function diagnosis(
  code: ProblemCode,
  severity: Severity = 'critical',
  certainty: Certainty = 'likely',
  scope: Scope = 'tenant',
): Diagnosis {
  return {
    code,
    scope,
    severity,
    certainty,
    summary: `${code} is ${severity}`,
    explanation: 'Visitors see a TLS error.',
    explains: [],
    evidence: [],
    runbook: `https://runbooks.example/${code}`,
    remediation: [],
  };
}

/** A claim: certain, so that it opens at once. */
export const claim = diagnosis('certificate-on-tenant-app', 'critical', 'certain');
export const latent = diagnosis('certificate-on-tenant-app', 'warning', 'certain');
/** May be a blip. */
export const refused = diagnosis('handshake-refused', 'critical', 'unexplained');

export function tenant(id: string, labels: Readonly<Record<string, string>> = {}): Tenant {
  return { id, hostname: `${id}.example.test`, app: `sp-${id}`, labels };
}

type Seen = 'pass' | 'warn' | 'unknown' | 'skipped' | Diagnosis | ProblemRef;

export function outcome(seen: Seen, at: number, name = 'a1', scope: Scope = 'tenant'): Outcome {
  const base = { subject: { scope, name }, at, diagnosis: null, explainedBy: null };
  if (typeof seen === 'string') return { ...base, verdict: seen };
  if ('severity' in seen) return { ...base, verdict: 'fail', diagnosis: seen };
  return { ...base, verdict: 'fail', explainedBy: seen };
}

export function context(now: number, more: Partial<RoundContext> = {}): RoundContext {
  return {
    policy: DEFAULT_INCIDENT_POLICY,
    now,
    silences: [],
    tenantOf: (id) => tenant(id),
    channelsFor: () => ['slack'],
    fleet: 10,
    ...more,
  };
}

/** A round of a daemon that knows this incident alone. */
export function track(
  previous: Incident | undefined,
  seen: Outcome | undefined,
  round: RoundContext,
): IncidentStep {
  const known = new Map(previous === undefined ? [] : [[subjectKey(previous.subject), previous]]);
  const [step] = trackRound(known, seen === undefined ? [] : [seen], round);
  return step ?? { incident: previous, events: [], tell: [] };
}

/** Keeps incidents as a daemon does, and everything that was told. */
export function book() {
  const known = new Map<string, Incident>();
  const told: {
    readonly incident: Incident;
    readonly reason: string;
    readonly channels: readonly string[];
  }[] = [];
  const events: string[] = [];
  return {
    known,
    told,
    events,
    take: (steps: readonly IncidentStep[]) => {
      for (const step of steps) {
        const { incident } = step;
        if (incident === undefined) continue;
        known.set(subjectKey(incident.subject), incident);
        events.push(...step.events.map((one) => one.kind));
        told.push(...step.tell.map(({ reason, channels }) => ({ incident, reason, channels })));
      }
    },
    reasons: () => told.map(({ reason }) => reason),
    incident: (name = 'a1') => known.get(`tenant/${name}`),
  };
}

/** Times of runs one minute apart. */
export function minute(index: number): number {
  return START + index * MINUTE_MS;
}
