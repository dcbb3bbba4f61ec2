import type { Incident } from '../model/incident.ts';
import { advance } from './advance.ts';
import { announce, markSilence, type TellContext } from './announce.ts';
import type { Outcome } from './outcome.ts';
import type { IncidentStep } from './step.ts';

/**
 * One more run of one subject: next state, timeline, and whom to tell why. For a single subject; a fleet goes through
 * `trackRound`, which sees storms as well.
 * @param previous the latest incident of the subject, also when it is resolved
 */
export function track(previous: Incident | undefined, outcome: Outcome, context: TellContext): IncidentStep {
  const advanced = advance(previous, outcome, context.policy, context.now);
  if (advanced.incident === undefined) return { ...advanced, tell: [] };
  return conclude(advanced.incident, advanced.events, context);
}

/** Time passed without a run: silences end, reminders fall due. */
export function tick(incident: Incident, context: TellContext): IncidentStep {
  return conclude(incident, [], context);
}

function conclude(incident: Incident, events: IncidentStep['events'], context: TellContext): IncidentStep {
  const marked = markSilence(incident, context);
  const next = marked.incident;
  const unsilenced = incident.silencedBy !== null && next.silencedBy === null;
  return announce(next, [...events, ...marked.events], unsilenced, context);
}
