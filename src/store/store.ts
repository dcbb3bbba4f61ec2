import type { IncidentChange, Outbox } from '../model/delivery.ts';
import type { VerifyResult } from '../model/diagnosis.ts';
import type { AuditTable } from './audit.ts';
import type { BackupOptions } from './backup.ts';
import type { ClaimTable } from './claims.ts';
import type { DaemonHolder } from './daemon-lock.ts';
import type { DeployTable } from './deploys.ts';
import type { DueTimeTable } from './due-times.ts';
import type { EvidenceTable } from './evidence.ts';
import type { IncidentTable } from './incidents.ts';
import type { RequestTable } from './requests.ts';
import type { ResultTable, SaveOptions } from './results.ts';
import type { Upkeep } from './retention.ts';
import type { RollupTable } from './rollups.ts';
import type { RunTable } from './runs.ts';
import type { ScopeStateTable } from './scope-states.ts';
import type { SilenceTable } from './silences.ts';
import type { SmallStateTable } from './small-state.ts';
import type { TransitionTable } from './transitions.ts';

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
