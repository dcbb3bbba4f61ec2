import { titleWithin } from '../diagnosis/catalogue.ts';
import type { Incident } from '../model/incident.ts';
import type { ProblemCode } from '../model/problem.ts';
import { CERTAINTIES, SEVERITIES } from '../model/verdict.ts';

/** So many members are named; the rest is counted. */
const MEMBERS_NAMED = 100;

type Gathered = Pick<
  Incident,
  'severity' | 'certainty' | 'summary' | 'members' | 'memberCount' | 'lastFailedAt' | 'passes'
>;

/** `6 tenants have the same problem: a certificate on the tenant’s app conflicts with the wildcard.` */
function summaryOf(count: number, code: ProblemCode): string {
  const problem = titleWithin(code);
  return count === 1
    ? `1 tenant has this problem: ${problem}.`
    : `${count} tenants have the same problem: ${problem}.`;
}

/** What a storm takes over of its members. */
export function gathered(members: readonly Incident[]): Gathered {
  const [first] = members;
  if (first === undefined) throw new Error('a storm needs members');
  const severity = SEVERITIES.find((one) => members.some((member) => member.severity === one)) ?? 'info';
  const certainty =
    CERTAINTIES.find((one) => members.some((member) => member.certainty === one)) ?? 'unexplained';
  const count = members.length;
  return {
    severity,
    certainty,
    summary: summaryOf(count, first.code),
    members: members
      .map((member) => member.subject.name)
      .sort()
      .slice(0, MEMBERS_NAMED),
    memberCount: count,
    lastFailedAt: members.reduce((latest, member) => Math.max(latest, member.lastFailedAt), 0),
    passes: members.every((member) => member.passes > 0) ? 1 : 0,
  };
}

/** Members of before that are none now. */
export function former(storm: Incident, current: readonly string[]): readonly string[] {
  const now = new Set(current);
  const all = new Set([...(storm.formerMembers ?? []), ...storm.members]);
  return [...all]
    .filter((name) => !now.has(name))
    .sort()
    .slice(0, MEMBERS_NAMED);
}

/**
 * A storm with everybody who was in it and recovered: whoever hears of its end must know what has ended. Who left it with another
 * problem has an incident of their own.
 */
export function whole(storm: Incident, fails: (name: string) => boolean): Incident {
  const all = [...new Set([...(storm.formerMembers ?? []), ...storm.members])].sort();
  const well = all.filter((name) => !fails(name));
  const recovered = well.length === 0 ? all : well;
  const isComplete = storm.formerMembers !== undefined && all.length < MEMBERS_NAMED;
  const memberCount = isComplete
    ? recovered.length
    : Math.max(storm.memberCount, storm.told?.memberCount ?? 0, recovered.length);
  return {
    ...storm,
    members: recovered.slice(0, MEMBERS_NAMED),
    memberCount,
    formerMembers: [],
    summary: summaryOf(memberCount, storm.code),
  };
}
