import type { Config } from '../config/index.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Logger } from '../model/logger.ts';
import { SECOND_MS, type Clock } from '../model/time.ts';
import type { Fleet } from '../monitor/fleet.ts';
import type { Tracker } from '../monitor/tracker.ts';
import type { SchedulerOptions } from '../schedule/scheduler.ts';
import type { RunWriter, Store } from '../store/index.ts';
import { createDeadMan } from './dead-man.ts';

export interface UpkeepOptions {
  readonly store: Store;
  readonly writer: RunWriter;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracker: Tracker;
  readonly fleet: Fleet;
  readonly userAgent: string;
  /** Names of loops that do not get on. */
  readonly stalled: () => readonly string[];
  /** The sign of life over the alert channels, when it is due. */
  readonly watchdog: () => void;
}

export interface Upkeep {
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly ledger: SchedulerOptions['ledger'];
}

/** One round of housekeeping takes at most so long, with pauses for the probes in between; the rest waits for the next. */
const ROUND_MS = 20 * SECOND_MS;
const PAUSE_MS = 50;

/** The name under which the moment of the last round stands among what is due. */
const UPKEEP = 'upkeep';

export function createUpkeep(options: UpkeepOptions): Upkeep {
  const { store, writer, config, clock, logger, metrics, tracker } = options;
  let failing = false;

  /** Once, until it works again. */
  const complain = (error: unknown): void => {
    if (!failing)
      logger.error({ error: String(error) }, 'upkeep of the database failed; tried again next time');
    failing = true;
  };

  const housekeeping = async (signal: AbortSignal): Promise<void> => {
    const endMs = clock.monotonicMs() + ROUND_MS;
    let rolledUp = false;
    let done = false;
    while (!done && !signal.aborted && clock.monotonicMs() < endMs) {
      rolledUp ||= store.rollups.advance(clock.now()) === 0;
      done = store.upkeep.step(config.store, clock.now()).done && rolledUp;
      if (!done) await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
    store.upkeep.checkpoint();
    metrics.databaseBytes(store.bytes());
  };

  const { stalled } = options;
  const deadMan = createDeadMan({
    url: config.watch.deadManUrl,
    userAgent: options.userAgent,
    logger,
    fleet: options.fleet,
    stalled,
    committed: () => writer.flush() && tracker.stored() && !failing,
  });

  return {
    run: async (signal) => {
      tracker.flush();
      try {
        await housekeeping(signal);
        // Whoever does not get on must not say that all is well.
        if (stalled().length === 0) options.watchdog();
        failing = false;
      } catch (error) {
        complain(error);
      }
      await deadMan(signal);
    },
    ledger: {
      load: () => store.dueTimes.load(UPKEEP).find(({ tenant }) => tenant === null)?.dueAt,
      save: (at) => {
        try {
          store.dueTimes.save(UPKEEP, [{ tenant: null, dueAt: at }]);
        } catch (error) {
          complain(error);
        }
      },
    },
  };
}
