/** Incidents decide: from outcomes of runs to the life of trouble, and to the reasons to tell someone. Pure. */
export { DEFAULT_INCIDENT_POLICY, stormThreshold, type IncidentPolicy } from './policy.ts';
export { scopeOutcome, tenantOutcome, type Outcome } from './outcome.ts';
export { isActive, isStorm, subjectKey, type IncidentStep } from './step.ts';
export { moreUrgent } from './settle.ts';
export { trackRound } from './round.ts';
export type { RoundContext } from './storm.ts';
export { acknowledge, annotate, close, closeRemoved, unacknowledge } from './manual.ts';
export { endByDeploy, globMatches, silenceFor, silenceMatches } from './silence.ts';
export { deliveriesOf } from './deliveries.ts';
