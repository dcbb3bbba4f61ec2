import type { Diagnosis } from './diagnosis.ts';
import type { ProblemCode, ProblemRef } from './problem.ts';
import type { Certainty, Scope, Severity } from './verdict.ts';

/** Identity of an incident: the root problem is an attribute that may change. */
export interface Subject {
  readonly scope: Scope;
  /** A tenant's id, `platform`, `monitor`, or `storm:<code>` for one problem of many tenants. */
  readonly name: string;
}

export type IncidentState = 'pending' | 'open' | 'resolved';

/**
 * The life of trouble with one subject. All times are milliseconds since the epoch. An incident that returns soon after it
 * was resolved begins a new life under the same id; code, severity and summary are damped, so that they do not flicker.
 */
export interface Incident {
  readonly id: string;
  readonly subject: Subject;
  readonly state: IncidentState;
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly summary: string;
  /** The diagnosis that belongs to `code`; kept after recovery. Null for a storm and in the copy that an alert carries. */
  readonly diagnosis: Diagnosis | null;
  /** A diagnosis unlike `code` and `severity` that was seen lately and is not taken over before it settles. */
  readonly changing: Change | null;
  /** How often code or severity changed in this life. */
  readonly changes: number;
  /** First failing run of the first life. */
  readonly startedAt: number;
  /** First failing run of trouble that is not proven yet; with `openedAt` set, of one that returns. */
  readonly pendingSince: number | null;
  /** First failing run of this life. */
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
  readonly openedAt: number | null;
  /** First passing run after the last failing one; null while failing. */
  readonly firstGoodAt: number | null;
  readonly resolvedAt: number | null;
  /** Why it is over. Resolved with `openedAt` null: a blip that never opened. */
  readonly resolution: Resolution | null;
  /** Time of the latest outcome that was counted: the same one again changes nothing. */
  readonly lastOutcomeAt: number | null;
  /** Outcomes of the latest decided runs, oldest first: `f` failed, `p` passed. For N of M. */
  readonly window: string;
  /** Passing runs in a row. */
  readonly passes: number;
  /** How often it came back within `reopenWithin`. */
  readonly reopened: number;
  readonly acknowledged: Acknowledgement | null;
  /** Id of the silence that covers it, null when none does. */
  readonly silencedBy: string | null;
  /** The root of another scope, or the storm, that explains it. */
  readonly mutedBy: ProblemRef | null;
  /** Subject name of the storm it was folded into. */
  readonly storm: string | null;
  /** Channels that were told it is open, in this life: exactly these are told when it is over. */
  readonly announcedTo: readonly string[];
  /** What the channels of `announcedTo` know. */
  readonly told: Told | null;
  /** Alerts decided over all lives: numbers their ids. */
  readonly alerts: number;
  /** The latest alert that was decided, and how many reminders went out. */
  readonly lastAlertAt: number | null;
  readonly reminders: number;
  /** For a storm: the tenants in it, bounded, and how many there are. */
  readonly members: readonly string[];
  readonly memberCount: number;
  /** Those that were in the storm in this life and are not any more, bounded; at its end they are members again. */
  readonly formerMembers?: readonly string[];
}

/** `removed`: the tenant is gone; `suspended`: down on purpose; `closed`: by a person. */
export type Resolution = 'recovered' | 'removed' | 'suspended' | 'closed';

export interface Told {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly memberCount: number;
}

/** The same new root or severity in `runs` failing runs, one after the other. */
export interface Change {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly since: number;
  readonly runs: number;
}

export interface Acknowledgement {
  readonly by: string;
  readonly at: number;
  readonly note: string | null;
}

/** Matches incidents by exact text or by a glob with `*`; all that are given must match. */
export interface SilenceMatcher {
  readonly tenant?: string;
  readonly problem?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Mutes telling, never probing and never a resolve. A planned maintenance is one. */
export interface Silence {
  readonly id: string;
  readonly matcher: SilenceMatcher;
  readonly author: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Ends early, when this app's deploy was verified. */
  readonly untilDeployOf: string | null;
}
