import type { AuditEntry } from '../model/audit.ts';
import type { IncidentChange, IncidentEvent, Outbox } from '../model/delivery.ts';
import type { MonitorResult, PlatformResult, TenantResult, VerifyResult } from '../model/diagnosis.ts';
import type { Claim, Release } from '../model/fly.ts';
import type { Availability, ClaimRecord, Deploy, Rollup, ScopeState, Transition } from '../model/history.ts';
import type { Incident, IncidentState, Silence, Subject } from '../model/incident.ts';
import type { Json } from '../model/json.ts';
import type { OperatorAnswer, OperatorRequest } from '../model/operator-request.ts';
import type { Run } from '../model/run.ts';
import type { StageTimings } from '../model/stages.ts';
import type { Trigger, Verdict } from '../model/verdict.ts';

/**
 * The database as typed tables. Every method is synchronous, one transaction, and throws StoreError only. Times are
 * milliseconds since the epoch; ranges are since <= time < until; lists are newest first unless said otherwise.
 * What promises something (incidents, deliveries, silences, audit) is on disk when the call returns
 * (synchronous=FULL); history is safe against a crash of the process and may lose its last seconds with the power.
 */
export interface Store {
  readonly path: string;
  readonly runs: RunTable;
  readonly evidence: EvidenceTable;
  readonly transitions: TransitionTable;
  readonly deploys: DeployTable;
  readonly claims: ClaimTable;
  readonly scopes: ScopeStateTable;
  readonly rollups: RollupTable;
  readonly dueTimes: DueTimeTable;
  readonly smallState: SmallStateTable;
  readonly incidents: IncidentTable;
  readonly silences: SilenceTable;
  readonly outbox: Outbox;
  readonly audit: AuditTable;
  readonly results: ResultTable;
  readonly requests: RequestTable;
  readonly upkeep: Upkeep;
  /** Incidents, their timelines and what is to be told: one transaction, on disk before anything is sent. */
  readonly commitIncidents: (changes: readonly IncidentChange[]) => void;
  /** `verify --store`: the document, its runs and the evidence of failures. */
  readonly saveResult: (result: VerifyResult, options: SaveOptions) => void;
  /** Differs from what it was when another connection (the command line) has written. Costs microseconds. */
  readonly changeCounter: () => number;
  /** The daemon that opened this database last; it may be gone. Null when there was none yet. */
  readonly lastDaemon: () => DaemonHolder | null;
  /** Bytes of the file and its write-ahead log. */
  readonly bytes: () => number;
  /** A consistent copy while everything goes on; replaces `file` at once when it is complete. Mode 0600. */
  readonly backup: (file: string, options?: BackupOptions) => Promise<void>;
  readonly close: () => void;
}

export interface SaveOptions {
  readonly trigger: Trigger;
  /** Stage timings by tenant id. */
  readonly stages?: ReadonlyMap<string, StageTimings>;
}

export interface BackupOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (pagesDone: number, pagesTotal: number) => void;
}

/** A run and, for failures, the whole result as evidence. */
export interface RunEntry {
  readonly run: Run;
  readonly evidence: TenantResult | null;
}

export interface RunTable {
  /**
   * Any order, any mix of tenants. Also notes transitions. A run that is already there is not kept twice, another run of
   * the same millisecond is moved by one. Durations are kept in tenths of a millisecond.
   */
  readonly append: (entries: readonly RunEntry[]) => void;
  /** The newest run of each tenant that ever had one, also of tenants that are gone. */
  readonly latest: () => ReadonlyMap<string, Run>;
  readonly latestOf: (tenant: string) => Run | null;
  readonly between: (tenant: string, since: number, until: number, limit: number) => readonly Run[];
  /** The newest run before `before` with one of these verdicts, among the 50,000 before it. */
  readonly lastWith: (tenant: string, verdicts: readonly Verdict[], before: number) => Run | null;
  /** Ids of all tenants with history, sorted. */
  readonly tenants: () => readonly string[];
}

export interface EvidenceRecord {
  readonly tenant: string;
  readonly at: number;
  readonly result: TenantResult;
}

export interface EvidenceTable {
  readonly between: (
    tenant: string,
    since: number,
    until: number,
    limit: number,
  ) => readonly EvidenceRecord[];
  /** The newest at or before `at`. */
  readonly at: (tenant: string, at: number) => EvidenceRecord | null;
}

export interface TransitionTable {
  /** Of one tenant, or of all with null. */
  readonly between: (
    tenant: string | null,
    since: number,
    until: number,
    limit: number,
  ) => readonly Transition[];
}

/** A place in the list of deploys; complete, since releases of many apps share a second. */
export interface DeployPosition {
  readonly createdAt: number;
  readonly firstSeenAt: number;
  readonly app: string;
  readonly release: string;
}

export interface ReleaseOfApp {
  readonly app: string;
  readonly release: Release;
}

export interface DeployTable {
  /** True when the release was not known. A release that is known is brought up to date. */
  readonly record: (app: string, release: Release, seenAt: number) => boolean;
  /** The same of many, in one transaction. */
  readonly recordAll: (releases: readonly ReleaseOfApp[], seenAt: number) => void;
  /** By the release's own time; of all apps with null. `after`: only those that the list has behind this one. */
  readonly between: (
    app: string | null,
    since: number,
    until: number,
    limit: number,
    after?: DeployPosition,
  ) => readonly Deploy[];
  /** The newest release of each app. */
  readonly current: () => ReadonlyMap<string, Deploy>;
}

/** A place in the list of claims. */
export interface ClaimPosition {
  readonly hostname: string;
  readonly firstSeenAt: number;
  readonly id: number;
}

export interface ClaimFilter {
  readonly hostname?: string;
  readonly app?: string;
  /** Only names of this domain on any other app than this one. */
  readonly misplaced?: { readonly domain: string; readonly managementApp: string };
  /** Also those that are gone. */
  readonly gone: boolean;
}

export interface ClaimPage {
  readonly records: readonly ClaimRecord[];
  /** Behind this one the next page begins; null on the last page. */
  readonly next: ClaimPosition | null;
  /** On all pages. */
  readonly total: number;
}

export interface ClaimTable {
  /** Takes a complete sweep: what appeared, changed and went. */
  readonly sweep: (
    claims: readonly Claim[],
    at: number,
  ) => { readonly appeared: readonly Claim[]; readonly gone: readonly Claim[] };
  /** By hostname, then app. */
  readonly current: () => readonly ClaimRecord[];
  /** By hostname, the first seen first. Reads no more than it returns. */
  readonly page: (filter: ClaimFilter, limit: number, after?: ClaimPosition) => ClaimPage;
  /** All lives of the claims of a hostname or an app, or of everything. */
  readonly history: (filter: {
    readonly hostname?: string;
    readonly app?: string;
    readonly limit: number;
  }) => readonly ClaimRecord[];
}

export interface ScopeStateTable {
  /** True when verdict or root differ from the state before; then the result is kept. */
  readonly record: (
    round:
      | { readonly scope: 'platform'; readonly at: number; readonly result: PlatformResult }
      | { readonly scope: 'monitor'; readonly at: number; readonly result: MonitorResult },
  ) => boolean;
  readonly latest: (scope: ScopeState['scope']) => ScopeState | null;
  /** Every state that overlaps the range. */
  readonly between: (
    scope: ScopeState['scope'],
    since: number,
    until: number,
    limit: number,
  ) => readonly ScopeState[];
}

export interface RollupTable {
  /**
   * Takes new runs into hours and days: at most about 2,000 runs of 200 tenants a call, only of tenants with at least five minutes of
   * them unless `all`. Returns how many it took; 0 when there is nothing to do.
   */
  readonly advance: (now: number, options?: { readonly all?: boolean }) => number;
  /** Up to the newest run. `since` is rounded down to its hour. Of all tenants with history with null. */
  readonly availability: (tenant: string | null, since: number) => readonly Availability[];
  /** Oldest first, up to the last advance. */
  readonly hours: (tenant: string, since: number, until: number) => readonly Rollup[];
  readonly days: (tenant: string, since: number, until: number) => readonly Rollup[];
}

/** What is due, over restarts. A null tenant is a loop's own slot. */
export interface DueTime {
  readonly tenant: string | null;
  readonly dueAt: number;
}

export interface DueTimeTable {
  readonly save: (loop: string, entries: readonly DueTime[]) => void;
  readonly load: (loop: string) => readonly DueTime[];
  readonly remove: (loop: string, tenants: readonly (string | null)[]) => void;
}

/** Small things that must survive a restart, as JSON. */
export interface SmallStateTable {
  readonly get: (key: string) => Json | undefined;
  readonly set: (key: string, value: Json) => void;
  readonly remove: (key: string) => void;
}

export interface IncidentTable {
  readonly get: (id: string) => Incident | null;
  /** Pending and open ones, oldest first: what the daemon holds in memory. */
  readonly unresolved: () => readonly Incident[];
  /** The latest incident of a subject, whatever its state. */
  readonly latestOf: (subject: Subject) => Incident | null;
  /** By first failing run. Only those that were opened, unless pending is asked for. */
  readonly list: (filter: {
    readonly state?: IncidentState;
    readonly subject?: Subject;
    readonly before?: number;
    /** Only those that the list has behind this one; many may have begun in the same millisecond. */
    readonly after?: { readonly firstFailedAt: number; readonly id: string };
    readonly limit?: number;
  }) => readonly Incident[];
  /** Oldest first. */
  readonly events: (incident: string) => readonly IncidentEvent[];
  /** Latest resolved ones since then, for reopening. */
  readonly resolvedSince: (since: number) => readonly Incident[];
  /** Forgets pending ones that never opened. */
  readonly removePending: (ids: readonly string[]) => void;
}

export interface SilenceTable {
  readonly add: (silence: Silence) => void;
  /** False when it does not exist or is over already. */
  readonly end: (id: string, now: number) => boolean;
  readonly get: (id: string) => Silence | null;
  /** In force now. */
  readonly active: (now: number) => readonly Silence[];
  /** In force or still to come; with `ended` also those that are over. */
  readonly list: (
    now: number,
    options?: { readonly ended?: boolean; readonly limit?: number },
  ) => readonly Silence[];
}

export interface AuditRecord extends AuditEntry {
  readonly id: number;
}

/** Append-only: the database itself refuses to change or delete a row. */
export interface AuditTable {
  readonly add: (entry: AuditEntry) => number;
  readonly list: (filter: {
    readonly subject?: string;
    readonly action?: string;
    /** Cursor: only ids below. */
    readonly beforeId?: number;
    readonly limit?: number;
  }) => readonly AuditRecord[];
}

export interface ResultTable {
  readonly latest: () => VerifyResult | null;
  readonly list: (limit: number) => readonly VerifyResult[];
}

export interface KeptRequest extends OperatorRequest {
  readonly id: number;
}

/** What people ask of the daemon from the command line. */
export interface RequestTable {
  /** Returns the id under which its answer will be. */
  readonly add: (request: OperatorRequest) => number;
  /** Without an answer yet, oldest first. */
  readonly waiting: () => readonly KeptRequest[];
  readonly answer: (id: number, answer: OperatorAnswer) => void;
  /** Null while nobody answered. */
  readonly answerTo: (id: number) => OperatorAnswer | null;
}

export interface DaemonHolder {
  readonly pid: number;
  readonly host: string;
  /** When it opened the database, milliseconds since the epoch. */
  readonly since: number;
}

export interface RetentionPolicy {
  readonly keepRunsMs: number;
  readonly keepFailuresMs: number;
  readonly keepRollupsMs: number;
  /** Of the file. Wins over the times. */
  readonly maxSizeBytes: number;
}

export interface UpkeepStep {
  readonly removedRows: number;
  readonly freedPages: number;
  readonly bytes: number;
  /** Nothing is left to do for now. */
  readonly done: boolean;
}

export interface Upkeep {
  /** One bounded step (at most about 2,000 rows) of removing what is too old or too much. Call it again until done. */
  readonly step: (policy: RetentionPolicy, now: number) => UpkeepStep;
  /** Moves the write-ahead log into the file as far as readers allow, and gives its space back. */
  readonly checkpoint: () => void;
}
