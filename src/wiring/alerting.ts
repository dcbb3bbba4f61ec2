import { createDelivery, createDirect, type PastChannels } from '../alerts/index.ts';
import type { Config } from '../config/index.ts';
import type { Logger } from '../model/logger.ts';
import type { Recorder } from '../model/recorder.ts';
import type { Clock, Random } from '../model/time.ts';
import type { Fleet } from '../monitor/fleet.ts';
import type { RunWriter, Store } from '../store/index.ts';
import { openChannels } from './channels.ts';
import { createDatabaseAlarm } from './database-alarm.ts';
import { fleetInWords } from './watchdog.ts';

export interface AlertingHost {
  readonly store: Store;
  readonly writer: RunWriter;
  readonly fleet: Fleet;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly userAgent: string;
  /** The channels that the daemon before this one had, in this process: a reload. */
  readonly past: PastChannels | undefined;
}

/** Everything that sends: the outbox's delivery, and what is told past the database when it fails. */
export interface Alerting {
  /** For the daemon that follows in this process. */
  readonly past: PastChannels;
  /** There may be something to send. */
  readonly wake: () => void;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Throws SecretError and StoreError. */
export function createAlerting(config: Config, host: AlertingHost): Alerting {
  const { store, writer, fleet, recorder, clock, random, logger } = host;
  const { notifiers, past } = openChannels(config.alerts.channels, host.past, store, host);
  const configured = config.alerts.channels.map(({ name }) => name);
  const delivery = createDelivery({
    outbox: store.outbox,
    notifiers,
    configured,
    clock,
    random,
    logger,
    recorder,
    openIncidents: () => store.incidents.unresolved(),
  });
  const direct = createDirect({
    notifiers: notifiers.filter(({ name }) => configured.includes(name)),
    clock,
    random,
    logger,
  });
  const alarm = createDatabaseAlarm({
    trouble: () => writer.state().trouble,
    direct,
    clock,
    state: () => {
      const where = config.server.publicUrl ?? 'tenantwatch verify --all';
      return `At the last look: ${fleetInWords(fleet)}. See: ${where}`;
    },
  });
  return {
    past,
    wake: delivery.wake,
    start: () => {
      delivery.start();
      alarm.start();
    },
    stop: async () => {
      alarm.stop();
      await direct.stop();
      await delivery.stop();
    },
  };
}
