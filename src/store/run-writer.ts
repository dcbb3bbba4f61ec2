import type { Logger } from '../model/logger.ts';
import type { Clock } from '../model/time.ts';
import { StoreError, storeError } from './error.ts';
import type { RunTable, RunEntry } from './runs.ts';

export interface RunWriterOptions {
  readonly runs: Pick<RunTable, 'append'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly logger: Logger;
  /** Runs that wait while the database is away; the oldest are dropped beyond it. */
  readonly maxWaiting?: number;
  /** How long runs are gathered into one transaction. */
  readonly gatherMs?: number;
  /** Time between two attempts while the database is away. */
  readonly retryMs?: number;
}

export interface RunWriterState {
  readonly waiting: number;
  /** Since the start: lost because the database was away for too long, or because they could not be written at all. */
  readonly dropped: number;
  /** Why the database is away; null while writing works. */
  readonly trouble: StoreError | null;
}

export interface RunWriter {
  /** Never throws and never waits: trouble with the database must not stop probing. */
  readonly add: (entry: RunEntry) => void;
  /** Writes what waits, now, at most some thousands. False when something still waits. */
  readonly flush: () => boolean;
  readonly state: () => RunWriterState;
  /** Stops the timer after a last attempt; returns how many runs are lost by it. */
  readonly close: () => number;
}

/** One transaction blocks the event loop for some 20 ms. */
const RUNS_A_TRANSACTION = 1_000;
/** What waits after a long trouble goes out over several rounds. */
const RUNS_A_FLUSH = 5_000;
/** Whole results are ten times the size of a run: of a long trouble the first ones are kept, the runs all. */
const MOST_EVIDENCE_WAITING = 2_000;

export function createRunWriter(options: RunWriterOptions): RunWriter {
  const { runs, clock, logger, maxWaiting = 50_000, gatherMs = 500, retryMs = 2_000 } = options;
  let waiting: RunEntry[] = [];
  let evidenceWaiting = 0;
  let dropped = 0;
  let trouble: StoreError | null = null;
  let timer: AbortController | undefined;
  let closed = false;

  /** Takes the oldest away. */
  const shift = (count: number): void => {
    for (const { evidence } of waiting.slice(0, count)) if (evidence !== null) evidenceWaiting -= 1;
    waiting = waiting.slice(count);
  };

  const drop = (count: number): void => {
    if (count === 0) return;
    // One line when it begins; the number is in the state and in the line when it ends.
    if (dropped === 0 || trouble === null)
      logger.error({ runs: count }, 'runs are dropped: the database is away');
    dropped += count;
  };

  const recovered = (): void => {
    if (trouble === null) return;
    logger.info({ waiting: waiting.length, dropped }, 'the database takes runs again');
    trouble = null;
  };

  /** A batch that is refused for what is in it is tried run by run, so that one of them cannot hold up the rest. */
  const appendEach = (batch: readonly RunEntry[]): void => {
    for (const entry of batch) {
      try {
        runs.append([entry]);
      } catch (error) {
        const known = storeError(error, '');
        if (known.code !== 'internal') throw known;
        dropped += 1;
        logger.error({ tenant: entry.run.tenant, error: known.message }, 'a run could not be written');
      }
    }
  };

  const writeOne = (): void => {
    const batch = waiting.slice(0, RUNS_A_TRANSACTION);
    try {
      runs.append(batch);
    } catch (error) {
      const known = storeError(error, '');
      if (known.code !== 'internal') throw known;
      appendEach(batch);
    }
    shift(batch.length);
  };

  const attempt = (most: number): boolean => {
    try {
      for (let written = 0; waiting.length > 0 && written < most; written += RUNS_A_TRANSACTION) writeOne();
      recovered();
      return waiting.length === 0;
    } catch (error) {
      const known = storeError(error, '');
      if (trouble?.code !== known.code)
        logger.error(
          { code: known.code, error: known.message, waiting: waiting.length },
          'the database takes no runs',
        );
      trouble = known;
      return false;
    }
  };

  const schedule = (): void => {
    if (timer !== undefined || closed) return;
    const current = new AbortController();
    timer = current;
    clock.sleep(trouble === null ? gatherMs : retryMs, current.signal).then(
      () => {
        timer = undefined;
        if (!attempt(RUNS_A_TRANSACTION)) schedule();
      },
      () => {
        if (timer === current) timer = undefined;
      },
    );
  };

  return {
    add: (entry) => {
      const keep = entry.evidence === null || evidenceWaiting < MOST_EVIDENCE_WAITING;
      waiting.push(keep ? entry : { run: entry.run, evidence: null });
      if (keep && entry.evidence !== null) evidenceWaiting += 1;
      // A tenth at once: cutting the front of a long list for each run would cost more than the run.
      if (waiting.length > maxWaiting) {
        const excess = Math.max(1, Math.floor(maxWaiting / 10));
        shift(excess);
        drop(excess);
      }
      schedule();
    },
    flush: () => attempt(RUNS_A_FLUSH),
    state: () => ({ waiting: waiting.length, dropped, trouble }),
    close: () => {
      closed = true;
      timer?.abort();
      attempt(Infinity);
      const lost = waiting.length;
      if (lost > 0) logger.error({ runs: lost }, 'runs are lost: the database is away at the end');
      return lost;
    },
  };
}
