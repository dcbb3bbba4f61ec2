import type { Incident, Subject } from '../model/incident.ts';
import { PROBLEM_CODES, type ProblemCode } from '../model/problem.ts';
import { begin, resolve, resolvedEvent } from './advance.ts';
import { moreUrgent } from './settle.ts';
import { holdMs, stormThreshold } from './policy.ts';
import type { TellContext } from './announce.ts';
import { former, gathered, whole } from './storm-members.ts';
import { event, incidentId, isStorm, stormName, subjectKey, type Draft } from './step.ts';

export interface RoundContext extends TellContext {
  /** How many tenants are watched. */
  readonly fleet: number;
}

/**
 * Many tenants with one problem become one incident, `storm:<code>`. Its members page nobody; those that were told before
 * it keep their own message and are told when they recover. A storm that shrinks takes no newcomers (they are told by
 * themselves again) but carries its members until the last one recovered: nobody is paged twice for the same tenant.
 * A member with a new root leaves the storm.
 */
export function foldStorms(
  drafts: Map<string, Draft>,
  known: ReadonlyMap<string, Incident>,
  context: RoundContext,
): void {
  const byCode = new Map<ProblemCode, [string, Draft][]>();
  for (const [key, draft] of drafts) {
    if (draft.incident.subject.scope !== 'tenant' || draft.incident.state !== 'open') continue;
    const { code } = draft.incident;
    const list = byCode.get(code) ?? [];
    byCode.set(code, list);
    if (!isStorm(draft.incident)) list.push([key, draft]);
  }
  // In the catalogue's order, so that the same round always gives the same steps.
  for (const code of PROBLEM_CODES) {
    const open = byCode.get(code);
    if (open !== undefined) foldOne(code, open, drafts, known, context);
  }
  leave(drafts, context.now);
}

function foldOne(
  code: ProblemCode,
  open: readonly [string, Draft][],
  drafts: Map<string, Draft>,
  known: ReadonlyMap<string, Incident>,
  context: RoundContext,
): void {
  const { policy, now, fleet } = context;
  const subject: Subject = { scope: 'tenant', name: stormName(code) };
  const key = subjectKey(subject);
  const draft = drafts.get(key);
  const running = draft?.incident.state === 'open' ? draft : undefined;
  const threshold = stormThreshold(policy, fleet);
  const failing = open.filter(([, { incident }]) => incident.passes === 0 && isTold(incident, context));
  const promoted = failing.length >= threshold;
  if (running === undefined && !promoted) return;

  const still = running === undefined || isQuiet(running.incident) ? 0 : running.incident.memberCount;
  const accepts = promoted || (running !== undefined && still * 2 >= threshold);
  const members: Incident[] = [];
  for (const [memberKey, { incident, events }] of open) {
    const isMember = incident.storm === subject.name;
    if (!isMember && !(accepts && isTold(incident, context))) continue;
    const member = isMember ? incident : { ...incident, storm: subject.name };
    members.push(member);
    if (isMember) continue;
    drafts.set(memberKey, {
      incident: member,
      events: [...events, event(member, now, 'muted', `part of ${subject.name}`)],
    });
  }
  if (running === undefined) drafts.set(key, promote(subject, members, known.get(key), context));
  else {
    const fails = (name: string): boolean =>
      drafts.get(subjectKey({ scope: 'tenant', name }))?.incident.state === 'open';
    drafts.set(key, update(running, members, fails, context));
  }
}

/** Neither silenced nor explained by another scope: someone would be told of it. */
function isTold(incident: Incident, context: RoundContext): boolean {
  return incident.silencedBy === null && incident.mutedBy === null && !isOfUnknown(incident, context);
}

/** The tenant is not in the list that is known so far. */
export function isOfUnknown(incident: Incident, { tenantOf }: Pick<RoundContext, 'tenantOf'>): boolean {
  const { scope, name } = incident.subject;
  return scope === 'tenant' && !isStorm(incident) && tenantOf(name) === null;
}

/** Marks of a storm that is over, or of a problem that a tenant has no more, are taken off. */
function leave(drafts: Map<string, Draft>, now: number): void {
  for (const [key, { incident, events }] of drafts) {
    if (incident.storm === null || incident.state !== 'open') continue;
    const storm = drafts.get(subjectKey({ scope: 'tenant', name: incident.storm }))?.incident;
    if (storm?.state === 'open' && storm.code === incident.code) continue;
    const alone = { ...incident, storm: null };
    drafts.set(key, {
      incident: alone,
      events: [...events, event(alone, now, 'unmuted', `left ${incident.storm}`)],
    });
  }
}

function promote(
  subject: Subject,
  members: readonly Incident[],
  previous: Incident | undefined,
  { policy, now }: RoundContext,
): Draft {
  const startedAt = Math.min(...members.map((member) => member.firstFailedAt));
  const returns =
    previous?.openedAt !== null &&
    previous?.resolvedAt !== null &&
    previous !== undefined &&
    now - previous.resolvedAt <= policy.reopenWithinMs;
  const base = returns
    ? { ...previous, pendingSince: startedAt, formerMembers: [] }
    : newStorm(subject, members, startedAt, now);
  const incident = begin({ ...base, ...gathered(members) }, now);
  const kind = returns ? 'reopened' : 'opened';
  return { incident, events: [event(incident, now, kind, `${incident.severity}: ${incident.summary}`)] };
}

function newStorm(subject: Subject, members: readonly Incident[], startedAt: number, now: number): Incident {
  const [first] = members;
  if (first === undefined) throw new Error('a storm needs members');
  return {
    ...first,
    ...gathered(members),
    id: incidentId(subject, now),
    subject,
    diagnosis: null,
    startedAt,
    firstFailedAt: startedAt,
    openedAt: null,
    lastOutcomeAt: null,
    window: '',
    reopened: 0,
    silencedBy: null,
    mutedBy: null,
    announcedTo: [],
    told: null,
    alerts: 0,
    lastAlertAt: null,
    formerMembers: [],
  };
}

function update(
  running: Draft,
  members: readonly Incident[],
  fails: (name: string) => boolean,
  { policy, now }: RoundContext,
): Draft {
  const { incident: storm, events } = running;
  if (members.length === 0) {
    const quiet: Incident = { ...storm, passes: 1, firstGoodAt: storm.firstGoodAt ?? now };
    if (now - (quiet.firstGoodAt ?? now) < holdMs(policy, storm.reopened)) {
      return isQuiet(storm) ? running : { incident: quiet, events };
    }
    const over = resolve(whole(quiet, fails), 'recovered', now);
    return { incident: over, events: [...events, resolvedEvent(over, now, 'recovered')] };
  }
  const current = gathered(members);
  const formerMembers = former(storm, current.members);
  // It only gets worse within one life: members that come and go would make it flicker.
  const escalates = moreUrgent(current.severity, storm.severity);
  const returned = storm.firstGoodAt !== null;
  const mutedBy = members.every((member) => member.mutedBy !== null) ? (members[0]?.mutedBy ?? null) : null;
  const next: Incident = {
    ...storm,
    ...current,
    formerMembers,
    severity: escalates ? current.severity : storm.severity,
    lastFailedAt: Math.max(current.lastFailedAt, storm.lastFailedAt),
    acknowledged: escalates ? null : storm.acknowledged,
    reminders: escalates ? 0 : storm.reminders,
    firstGoodAt: null,
    reopened: storm.reopened + (returned ? 1 : 0),
    mutedBy,
  };
  const more = [
    ...(escalates ? [event(next, now, 'changed', `${storm.severity} became ${next.severity}`)] : []),
    ...(returned ? [event(next, now, 'reopened', 'came back before it held')] : []),
  ];
  return unchanged(storm, next) ? running : { incident: next, events: [...events, ...more] };
}

/** All its members recovered, and it waits for whether that holds. */
function isQuiet(storm: Incident): boolean {
  return storm.firstGoodAt !== null;
}

function unchanged(before: Incident, after: Incident): boolean {
  return (
    before.memberCount === after.memberCount &&
    (before.formerMembers?.length ?? 0) === (after.formerMembers?.length ?? 0) &&
    before.severity === after.severity &&
    before.passes === after.passes &&
    before.mutedBy === after.mutedBy &&
    before.firstGoodAt === after.firstGoodAt &&
    before.members.every((name, index) => name === after.members[index])
  );
}
