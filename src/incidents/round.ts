import type { Incident } from '../model/incident.ts';
import type { ProblemCode } from '../model/problem.ts';
import { MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { advance } from './advance.ts';
import { announce, markSilence, type TellContext } from './announce.ts';
import type { Outcome } from './outcome.ts';
import { stormThreshold } from './policy.ts';
import { isActive, isStorm, subjectKey, type Draft, type IncidentStep } from './step.ts';
import { foldStorms, isOfUnknown, type RoundContext } from './storm.ts';

/** How long a message waits for a storm to become one, once this share of it is there. */
const GATHER_MS = 20 * SECOND_MS;
const GATHER_SHARE = 0.5;
/** Tenants that fail together began to fail within this time; older trouble of the kind makes nobody wait. */
const TOGETHER_MS = 2 * MINUTE_MS;

/**
 * Takes a batch of outcomes (none: time passed) into account, all incidents at once: next states, storms, silences that
 * began or ended, reminders that fell due. Returns only what changed; the caller stores it and keeps it as known.
 * The work grows with the active incidents and the batch: call it for a batch, not for each outcome of a sweep.
 * An incident of a tenant that is not known at present, because the list of tenants is still to come, stays as it is: nobody can
 * say which silence covers it, nor whom to tell.
 * @param known by `subjectKey`: every incident that is active or was resolved within `reopenWithinMs`
 */
export function trackRound(
  known: ReadonlyMap<string, Incident>,
  outcomes: readonly Outcome[],
  context: RoundContext,
): readonly IncidentStep[] {
  const { policy, now } = context;
  const drafts = new Map<string, Draft>();
  for (const [key, incident] of known) {
    if (isActive(incident)) drafts.set(key, { incident, events: [] });
  }
  for (const outcome of outcomes) {
    const key = subjectKey(outcome.subject);
    const draft = drafts.get(key);
    const advanced = advance(draft?.incident ?? known.get(key), outcome, policy, now);
    if (advanced.incident === undefined) continue;
    drafts.set(key, { incident: advanced.incident, events: [...(draft?.events ?? []), ...advanced.events] });
  }
  const unsilenced = mark(drafts, context);
  foldStorms(drafts, known, context);
  // A storm is made by the round itself, and may be silenced from its first moment.
  for (const key of mark(drafts, context)) unsilenced.add(key);

  const gathering = gatheringCodes(drafts, context);
  const steps: IncidentStep[] = [];
  for (const [key, { incident, events }] of drafts) {
    const waits =
      incident.told === null && gathering.has(incident.code) && now - (incident.openedAt ?? now) < GATHER_MS;
    const step =
      (waits && incident.state === 'open' && !isStorm(incident)) ||
      (isActive(incident) && isOfUnknown(incident, context))
        ? { incident, events, tell: [] }
        : announce(incident, events, unsilenced.has(key), context);
    if (step.incident !== known.get(key) || step.events.length > 0) steps.push(step);
  }
  return steps;
}

/** Marks silences on all drafts; the keys of those whose silence ended. */
function mark(drafts: Map<string, Draft>, context: TellContext): Set<string> {
  const unsilenced = new Set<string>();
  for (const [key, draft] of drafts) {
    if (isOfUnknown(draft.incident, context)) continue;
    const { incident, events } = markSilence(draft.incident, context);
    if (incident === draft.incident) continue;
    drafts.set(key, { incident, events: [...draft.events, ...events] });
    if (draft.incident.silencedBy !== null && incident.silencedBy === null) unsilenced.add(key);
  }
  return unsilenced;
}

/** Problems that so many tenants have begun to have that it may become a storm. */
function gatheringCodes(drafts: ReadonlyMap<string, Draft>, context: RoundContext): ReadonlySet<ProblemCode> {
  const { policy, fleet, now } = context;
  const counts = new Map<ProblemCode, number>();
  for (const { incident } of drafts.values()) {
    if (incident.subject.scope !== 'tenant' || isStorm(incident) || !isActive(incident)) continue;
    if (now - (incident.openedAt ?? incident.firstFailedAt) > TOGETHER_MS) continue;
    counts.set(incident.code, (counts.get(incident.code) ?? 0) + 1);
  }
  const threshold = stormThreshold(policy, fleet);
  // Few would be a pair by chance, whatever the share says; and no fleet waits for more than `stormCount`.
  const enough = Math.max(3, Math.min(policy.stormCount, Math.ceil(threshold * GATHER_SHARE)));
  const gathering = Array.from(counts).filter(([, count]) => count >= enough && count < threshold);
  return new Set(gathering.map(([code]) => code));
}
