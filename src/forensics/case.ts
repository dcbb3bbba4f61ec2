import type { ClaimRecord } from '../model/history.ts';
import type { Release } from '../model/fly.ts';
import type { Tenant } from '../model/tenant.ts';

/** Everything that was gathered about one conflict, judged by nobody yet. Times are milliseconds since the epoch. */
export interface Case {
  readonly tenant: Tenant;
  readonly managementApp: string;
  readonly takenAt: number;
  /** The misplaced certificate; null when none is known. */
  readonly claim: ClaimRecord | null;
  /** Why the certificates of the tenant's app could not be read; null when they could, or when history knows one. */
  readonly certificatesUnread: string | null;
  /** Earlier lives of the same claim: removed, and added again. */
  readonly earlier: readonly ClaimRecord[];
  /** Misplaced certificates of other apps, whenever they were made. */
  readonly others: readonly ClaimRecord[];
  /** Of the app that holds the certificate first, then of the others that matter. */
  readonly releases: readonly AppReleases[];
  readonly runs: RunMarks;
  /** What the logs are looked through for. */
  readonly window: Span;
  readonly logs: { readonly management: AppLog; readonly tenant: AppLog };
  /** Handshakes for the name that Fly's edge counts as failed lately. */
  readonly edgeErrors: Known<number>;
}

/** A fact, or why it is not known. */
export type Known<Value> =
  { readonly known: true; readonly value: Value } | { readonly known: false; readonly why: string };

export interface AppReleases {
  readonly app: string;
  readonly releases: Known<readonly Release[]>;
}

export interface Span {
  readonly from: number;
  readonly until: number;
}

/** The runs that bound the trouble; null where history has none. */
export interface RunMarks {
  readonly lastGoodAt: number | null;
  readonly firstFailedAt: number | null;
  /** First run whose handshake failed: until then the conflict was latent. */
  readonly firstRefusedAt: number | null;
  readonly lastFailedAt: number | null;
  readonly firstGoodAt: number | null;
}

/** Lines of one app's log, oldest first, and the time that they cover without a gap. */
export type AppLog = Known<{ readonly lines: readonly LogLine[]; readonly covers: Span }> & {
  readonly app: string;
};

export interface LogLine {
  readonly at: number;
  /** Plain text. */
  readonly message: string;
}
