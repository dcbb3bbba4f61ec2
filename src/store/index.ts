import type { Logger } from '../model/logger.ts';
import type { Clock } from '../model/time.ts';
import { createAudit } from './audit.ts';
import { backupDatabase } from './backup.ts';
import { createClaims } from './claims.ts';
import { createCodebook } from './codebook.ts';
import { openConnection, type Connection } from './connection.ts';
import { daemonRunning, noteHolder, readHolder, takeDaemonLock, type DaemonLock } from './daemon-lock.ts';
import { createDeploys } from './deploys.ts';
import { createDueTimes } from './due-times.ts';
import { StoreError } from './error.ts';
import { createEvidence } from './evidence.ts';
import { fileBytes, prepareFile, requireFile, restrictToOwner } from './files.ts';
import { createIncidents } from './incidents.ts';
import { checkIntegrity } from './integrity.ts';
import { checkSchema, migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { createOutbox } from './outbox.ts';
import { createRequests } from './requests.ts';
import { createResults } from './results.ts';
import { createUpkeep } from './retention.ts';
import { createRollups } from './rollups.ts';
import { createRuns } from './runs.ts';
import { createScopeStates } from './scope-states.ts';
import { createSilences } from './silences.ts';
import { createSmallState } from './small-state.ts';
import type { Store } from './store.ts';
import { createTenantKeys } from './tenant-keys.ts';
import { createTransitions } from './transitions.ts';

export { StoreError, type StoreErrorCode } from './error.ts';
export { createRunWriter, type RunWriter } from './run-writer.ts';
export type { AuditTable } from './audit.ts';
export type { KeptRequest } from './requests.ts';
export type { RetentionPolicy, UpkeepStep } from './retention.ts';
export type { RunEntry, RunTable } from './runs.ts';
export type { SilenceTable } from './silences.ts';
export type { SmallStateTable } from './small-state.ts';
export type { Store } from './store.ts';

export interface StoreOptions {
  readonly path: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  /** For commands that only look: makes, migrates and locks nothing. */
  readonly readOnly?: boolean;
  /** For commands that write what the daemon reads: without a database there is none to tell. */
  readonly existing?: boolean;
  /** The one daemon of this database: takes its lock, checks the file, ends the leases of its predecessor. */
  readonly daemon?: boolean;
}

/** At the start; a daemon that cannot have its database does not watch. */
const DAEMON_BUSY_TIMEOUT_MS = 1_000;
/** Later waiting blocks the probes, each writer's turn after the other's; they try again anyway. */
const RUNNING_BUSY_TIMEOUT_MS = 200;
const COMMAND_BUSY_TIMEOUT_MS = 5_000;

/** Opens the database, makes it when it is not there, and brings it to this program's schema. Throws StoreError. */
export function openStore(options: StoreOptions): Store {
  const { path, readOnly = false, existing = false, daemon = false } = options;
  if (readOnly || existing) requireFile(path);
  else prepareFile(path);
  let lock: DaemonLock | undefined;
  let connection: Connection | undefined;
  try {
    connection = openConnection({
      path,
      readOnly,
      busyTimeoutMs: daemon ? DAEMON_BUSY_TIMEOUT_MS : COMMAND_BUSY_TIMEOUT_MS,
    });
    let schema = checkSchema(connection, MIGRATIONS);
    if (daemon) {
      // Not before the file is known to be ours: beside another program's nothing is left.
      lock = takeDaemonLock(path);
      if (lock === undefined) throw daemonRunning(path, connection);
      schema = checkSchema(connection, MIGRATIONS);
    }
    if (!readOnly) {
      restrictToOwner(path);
      connection.prepareForWriting();
    }
    if (daemon) checkIntegrity(connection, fileBytes(path));
    if (schema === 'needs-migration') bringUpToDate(connection, options);
    const store = createStore(connection, lock, options);
    if (daemon) connection.pragma(`busy_timeout = ${RUNNING_BUSY_TIMEOUT_MS}`);
    return store;
  } catch (error) {
    connection?.close();
    lock?.release();
    throw error;
  }
}

function bringUpToDate(connection: Connection, { path, logger, readOnly, daemon }: StoreOptions): void {
  const older = (whatHelps: string): StoreError =>
    new StoreError(
      'older-schema',
      path,
      `the database ${path} was written by an older tenantwatch: ${whatHelps}`,
    );
  if (readOnly === true) throw older('a command that writes, or the daemon, brings it up to date');
  // An older daemon that runs would find its tables changed under it.
  const guard = daemon === true ? undefined : takeDaemonLock(path);
  if (daemon !== true && guard === undefined) throw older('stop its daemon, and start this version of it');
  try {
    const steps = migrate(connection, MIGRATIONS);
    logger.info({ path, steps, schema: MIGRATIONS.length }, 'database schema brought up to date');
  } finally {
    guard?.release();
  }
}

function createStore(connection: Connection, lock: DaemonLock | undefined, options: StoreOptions): Store {
  const { path, clock, logger } = options;
  const bytes = (): number => fileBytes(path) + fileBytes(`${path}-wal`);
  const keys = createTenantKeys(connection);
  const codes = createCodebook(connection);
  const evidence = createEvidence(connection, keys);
  const transitions = createTransitions(connection, keys);
  const rollups = createRollups(connection, keys, codes);
  const runs = createRuns({ connection, keys, codes, evidence, transitions, rollups });
  const scopes = createScopeStates(connection);
  const incidents = createIncidents(connection);
  const outbox = createOutbox(connection);
  const results = createResults(connection, runs, scopes);

  if (lock !== undefined) {
    noteHolder(connection, clock.now());
    const ended = outbox.endLeases();
    if (ended > 0)
      logger.warn({ deliveries: ended }, 'messages were being sent when the daemon before ended');
  }

  return {
    path,
    runs,
    evidence,
    transitions,
    deploys: createDeploys(connection),
    claims: createClaims(connection),
    scopes,
    rollups,
    dueTimes: createDueTimes(connection),
    smallState: createSmallState(connection, clock),
    incidents,
    silences: createSilences(connection),
    outbox,
    audit: createAudit(connection),
    results: results.table,
    requests: createRequests(connection),
    upkeep: createUpkeep(connection, bytes),
    commitIncidents: (changes) => {
      if (changes.length === 0) return;
      connection.durable(() => {
        for (const change of changes) {
          incidents.put(change);
          outbox.add(change.deliveries);
        }
      });
    },
    saveResult: results.save,
    changeCounter: connection.dataVersion,
    lastDaemon: () => connection.read(() => readHolder(connection)),
    bytes,
    backup: (file, backupOptions) => backupDatabase(path, file, backupOptions),
    close: () => {
      connection.close();
      lock?.release();
    },
  };
}
