import type { Alert, AlertLinks } from '../model/alert.ts';
import type { NewDelivery } from '../model/delivery.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Release } from '../model/fly.ts';
import type { Tenant } from '../model/tenant.ts';
import type { IncidentStep } from './step.ts';

/** What an alert carries beside the incident. */
export interface AlertFacts {
  /** Overrides the incident's own diagnosis: for a storm, which has none. */
  readonly diagnosis?: Diagnosis | null;
  readonly tenant: Tenant | null;
  readonly deploy: Release | null;
  readonly origin: string | null;
  readonly links: AlertLinks;
}

/**
 * The outbox rows of a step, to be stored in one transaction with its incident and events. Their ids follow from the
 * incident, so that a step repeated after a crash makes the same rows.
 */
export function deliveriesOf(step: IncidentStep, facts: AlertFacts, now: number): readonly NewDelivery[] {
  const { incident, tell } = step;
  if (incident === undefined) return [];
  const firstNumber = incident.alerts - tell.length + 1;
  return tell.flatMap(({ reason, channels, before }, index) => {
    const alert: Alert = {
      id: `${incident.id}/${firstNumber + index}`,
      reason,
      at: now,
      // Kept once: the alert has the diagnosis beside it.
      incident: { ...incident, diagnosis: null },
      ...(before === null ? {} : { before }),
      diagnosis: facts.diagnosis ?? incident.diagnosis,
      tenant: facts.tenant,
      deploy: facts.deploy,
      origin: facts.origin,
      links: facts.links,
    };
    return channels.map((channel) => ({
      id: `${alert.id}/${channel}`,
      channel,
      group: incident.id,
      message: alert,
      createdAt: now,
    }));
  });
}
