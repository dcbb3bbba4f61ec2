import type { CheckId, CheckResult, Reason } from '../model/check.ts';
import type { Failure } from '../model/failure.ts';
import type { JsonObject } from '../model/json.ts';
import type { NotTaken, NotTakenReason, Taken } from '../model/observation.ts';

const NOTHING: JsonObject = {};

export function passed<Id extends CheckId>(
  id: Id,
  summary: string,
  evidence: JsonObject = NOTHING,
  durationMs = 0,
): CheckResult<Id> {
  return { id, verdict: 'pass', reason: null, summary, evidence, durationMs: Math.round(durationMs) };
}

/** Everything that is not a pass: it has a reason. */
export function notPassed<Id extends CheckId>(
  id: Id,
  verdict: 'fail' | 'warn' | 'unknown' | 'skipped',
  reason: Reason,
  summary: string,
  evidence: JsonObject = NOTHING,
  durationMs = 0,
): CheckResult<Id> {
  return { id, verdict, reason, summary, evidence, durationMs: Math.round(durationMs) };
}

const NOT_TAKEN: Record<NotTakenReason, string> = {
  'no-fly': "Fly's API is not asked.",
  asleep: 'A request would wake sleeping machines, and a scheduled run does not.',
  'no-connection': 'There is no connection to send a request over.',
  'no-app': 'Fly does not know the app.',
  'needs-inventory': 'Only a sweep of the whole organization can tell: verify --claims makes one.',
  'custom-domain': 'The name lies outside the wildcard.',
  'not-configured': 'Not configured.',
  'not-needed': 'Not needed in this run.',
};

/** Nobody looked, on purpose: the check is skipped with the same reason. */
export function skippedFor<Id extends CheckId>(id: Id, taken: NotTaken): CheckResult<Id> {
  return notPassed(id, 'skipped', taken.reason, NOT_TAKEN[taken.reason]);
}

/** Milliseconds that an observation took; nothing when nobody looked. */
export function durationOf(taken: Taken<unknown>): number {
  return taken.outcome === 'not-taken' ? 0 : taken.durationMs;
}

/**
 * Failures that say something of this machine, its resolvers or its settings, never of the peer. A name that resolves to
 * nothing (`no-address`) is an answer, any other trouble with resolving is the resolver's.
 */
export function isOurs(failure: Failure): boolean {
  switch (failure.code) {
    case 'aborted':
    case 'internal':
    case 'no-route':
    case 'address-forbidden':
      return true;
    default:
      return failure.phase === 'resolve' && failure.code !== 'no-address';
  }
}

/** What evidence shows of a failure. */
export function failureEvidence(failure: Failure): JsonObject {
  return {
    phase: failure.phase,
    code: failure.code,
    detail: failure.detail,
    ...(failure.alert === undefined ? {} : { alert: failure.alert }),
  };
}

/** `a`, `a and b`, `a, b and 3 more`: bounded, for sentences. */
export function listText(items: readonly string[], most = 3): string {
  if (items.length <= 1) return items[0] ?? 'nothing';
  if (items.length > most)
    return `${items.slice(0, most - 1).join(', ')} and ${items.length - most + 1} more`;
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** The form of a verb or pronoun that goes with so many: `claims` of one, `claim` of several. */
export function oneOrMany(n: number, one: string, many: string): string {
  return n === 1 ? one : many;
}
