import type { Alert, Notifier } from '../model/alert.ts';
import type { Outbox } from '../model/delivery.ts';
import type { Incident } from '../model/incident.ts';
import type { Logger } from '../model/logger.ts';
import type { Recorder } from '../model/recorder.ts';
import { HOUR_MS, type Clock, type Random } from '../model/time.ts';
import { createChannelLoop, type ChannelLoop } from './channel-loop.ts';

export interface DeliveryOptions {
  readonly outbox: Outbox;
  readonly notifiers: readonly Notifier[];
  /** Channels that hear of trouble with others, unless all do: one that is no longer configured hears no more than what it is owed. */
  readonly configured?: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly recorder: Pick<Recorder, 'delivery'>;
  /** For channels that forget: what is open when delivery starts. */
  readonly openIncidents?: () => readonly Incident[];
  readonly limits?: Partial<DeliveryLimits>;
}

interface DeliveryLimits {
  /** Least time between two messages of one channel. */
  readonly spacingMs: number;
  /** For one attempt. */
  readonly attemptMs: number;
  /** A message is given up after this. */
  readonly giveUpAfterMs: number;
  /** A channel that fails for so long is reported through the others. */
  readonly reportAfterMs: number;
  /** The outbox is looked at this often when nobody wakes. */
  readonly idleMs: number;
}

const DELIVERY_LIMITS: DeliveryLimits = {
  spacingMs: 1_100,
  attemptMs: 30_000,
  giveUpAfterMs: 72 * HOUR_MS,
  reportAfterMs: 900_000,
  idleMs: 15_000,
};

/** Takes messages from the outbox to the channels. */
export interface DeliveryPipeline {
  readonly start: () => void;
  /** Something was added to the outbox. */
  readonly wake: () => void;
  /** Ends after the attempts under way; what is not sent stays in the outbox. */
  readonly stop: () => Promise<void>;
}

/**
 * One loop for each channel, so that one that hangs holds up nobody else. A message is marked as sent after it was sent: a
 * crash in between repeats it, with the same id. Never throws.
 */
export function createDelivery(options: DeliveryOptions): DeliveryPipeline {
  const { outbox, notifiers, clock, logger } = options;
  const limits: DeliveryLimits = { ...DELIVERY_LIMITS, ...options.limits };
  let loops: readonly ChannelLoop[] = [];
  let started = false;

  const guarded = <Result>(what: string, fallback: Result, act: () => Result): Result => {
    try {
      return act();
    } catch (error) {
      logger.error({ error: String(error) }, `the outbox failed: ${what}`);
      return fallback;
    }
  };

  const begin = (): void => {
    const names = notifiers.map(({ name }) => name);
    guarded('channels could not be enabled', undefined, () => {
      // A start or a new configuration is how a person says that the channel is repaired, or not there any more.
      for (const name of outbox.disabledChannels().keys()) outbox.enableChannel(name);
    });
    guarded('old deliveries could not be listed', undefined, () => {
      giveUpStrays(outbox, names, clock.now() - limits.giveUpAfterMs, clock.now());
    });
    for (const notifier of notifiers) resume(notifier);
    loops = notifiers.map((notifier) =>
      createChannelLoop(notifier, { ...options, limits, all: options.configured ?? names, wake }),
    );
  };

  const resume = (notifier: Notifier): void => {
    if (notifier.resume === undefined) return;
    const alerts = guarded('open incidents could not be read', [], () => openAlerts(options, notifier.name));
    notifier.resume(alerts);
  };

  const end = async (): Promise<void> => {
    const ending = loops;
    loops = [];
    await Promise.all(ending.map((loop) => loop.stop()));
    const closed = await Promise.allSettled(notifiers.map(async (notifier) => notifier.close?.()));
    for (const result of closed) {
      if (result.status === 'rejected')
        logger.warn({ error: String(result.reason) }, 'a channel did not close');
    }
  };

  const wake = (): void => {
    for (const loop of loops) loop.wake();
  };

  return {
    start: () => {
      if (started) return;
      started = true;
      begin();
    },
    wake,
    stop: async () => {
      if (!started) return;
      started = false;
      await end();
    },
  };
}

/** Rows of channels that the configuration no longer has wait for its return, but not for ever. */
function giveUpStrays(outbox: Outbox, channels: readonly string[], before: number, now: number): void {
  for (const { id, channel, createdAt } of outbox.list({ state: 'waiting', limit: 10_000 })) {
    if (channels.includes(channel) || createdAt >= before) continue;
    outbox.dead(id, now, 'the channel is not configured any more');
  }
}

/** The latest alert that the channel was sent of every incident that it knows to be open. */
function openAlerts({ outbox, openIncidents }: DeliveryOptions, channel: string): readonly Alert[] {
  const alerts: Alert[] = [];
  for (const incident of openIncidents?.() ?? []) {
    if (!incident.announcedTo.includes(channel)) continue;
    const [latest] = outbox
      .list({ state: 'sent', channel, group: incident.id, limit: 1_000 })
      .toSorted((a, b) => b.createdAt - a.createdAt);
    if (latest !== undefined && 'incident' in latest.message) alerts.push(latest.message);
  }
  return alerts;
}
