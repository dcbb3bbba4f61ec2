import type { MonitorResult, PlatformResult } from './diagnosis.ts';
import type { Claim, Release } from './fly.ts';
import type { ProblemCode } from './problem.ts';
import type { Stage } from './stages.ts';
import type { Verdict } from './verdict.ts';

/** What history keeps beside runs. All times are milliseconds since the epoch. */

export interface Standing {
  readonly verdict: Verdict;
  readonly code: ProblemCode | null;
}

/** A run said something else than the run before it. */
export interface Transition {
  readonly tenant: string;
  /** Time of the run that differs. */
  readonly at: number;
  /** Null for the tenant's first run. */
  readonly from: Standing | null;
  readonly to: Standing;
}

/** A release of an app, as a sweep found it. */
export interface Deploy {
  readonly app: string;
  readonly release: Release;
  readonly firstSeenAt: number;
}

/** One life of a claim: a certificate that is removed and added again has two. */
export interface ClaimRecord {
  readonly claim: Claim;
  readonly firstSeenAt: number;
  /** The last complete sweep that saw it. */
  readonly lastSeenAt: number;
  /** The sweep that missed it; null while it is there. */
  readonly goneAt: number | null;
}

/** The platform or the monitor stood like this from `at` to `until`, the last round that said the same. */
export type ScopeState = ScopeStateOf<'platform', PlatformResult> | ScopeStateOf<'monitor', MonitorResult>;

interface ScopeStateOf<Scope, Result> extends Standing {
  readonly scope: Scope;
  readonly at: number;
  readonly until: number;
  /** Of the round that began this state. */
  readonly result: Result;
}

export interface RunCounts {
  readonly pass: number;
  readonly warn: number;
  readonly fail: number;
  readonly unknown: number;
  readonly skipped: number;
}

export interface Availability extends RunCounts {
  readonly tenant: string;
  /** (pass + warn) / (pass + warn + fail): what we do not know counts for nobody. Null when no run was decided. */
  readonly ratio: number | null;
}

/** Milliseconds, within 9 % of the true value. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** One hour or one day (UTC) of a tenant. `total` is the duration of whole runs. */
export interface Rollup extends RunCounts {
  readonly at: number;
  readonly latency: Readonly<Partial<Record<Stage | 'total', Quantiles>>>;
}
