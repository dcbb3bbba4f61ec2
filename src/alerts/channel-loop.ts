import type { DeliveryOutcome, Notice, Notifier } from '../model/alert.ts';
import type { Delivery, Outbox } from '../model/delivery.ts';
import type { Logger } from '../model/logger.ts';
import type { Recorder } from '../model/recorder.ts';
import { SECOND_MS, type Clock, type Random } from '../model/time.ts';
import { backoffMs } from './backoff.ts';
import { channelNotice, channelWellNotice, noticeDeliveries, recipientsNotice } from './notices.ts';
import { createPause } from './wakeable.ts';

export interface ChannelLoop {
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
}

export interface ChannelLoopOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly recorder: Pick<Recorder, 'delivery'>;
  readonly limits: {
    readonly spacingMs: number;
    readonly attemptMs: number;
    readonly giveUpAfterMs: number;
    readonly reportAfterMs: number;
    readonly idleMs: number;
  };
  /** All channels of the configuration: this one's trouble is reported through the rest. */
  readonly all: readonly string[];
  /** Wakes every channel. */
  readonly wake: () => void;
}

interface Leased {
  readonly delivery: Delivery;
  readonly handle: string | null;
}

/** So long an attempt under way may still take when everything stops. */
const STOP_GRACE_MS = 2 * SECOND_MS;
/** An attempt under way ends before the lease does. */
const LEASE_MARGIN_MS = 30 * SECOND_MS;
/** After a failure other messages of the channel wait as well, at most this long. */
const LONGEST_PAUSE_MS = 30 * SECOND_MS;
const DATABASE_PAUSE_MS = 5 * SECOND_MS;

/** Sends one message after the other over one channel until it is stopped. */
export function createChannelLoop(notifier: Notifier, options: ChannelLoopOptions): ChannelLoop {
  const { outbox, clock, random, logger, recorder, limits } = options;
  const stopping = new AbortController();
  const pause = createPause(clock, stopping.signal);
  const channel = notifier.name;
  const others = options.all.filter((name) => name !== channel);
  /** Failed attempts in a row, and when that began (monotonic). */
  let failures = 0;
  let failingSince: number | undefined;
  /** Id of the notice that says that this channel is failing. */
  let reported: string | undefined;

  const lease = (): Leased | undefined => {
    const leaseMs = limits.attemptMs + LEASE_MARGIN_MS;
    const [delivery] = outbox.lease(clock.now(), 1, leaseMs, channel);
    if (delivery === undefined) return undefined;
    if (delivery.channel !== channel) {
      // An outbox that cannot tell channels apart must not send one channel's message over another.
      outbox.retry(delivery.id, clock.now() + SECOND_MS, 'leased by another channel');
      return undefined;
    }
    return { delivery, handle: outbox.handle(channel, delivery.group) };
  };

  /** Undefined when it was cut short by the stop: nobody knows whether it arrived, so its lease is left to end. */
  const attempt = async ({ delivery, handle }: Leased): Promise<DeliveryOutcome | undefined> => {
    const ended = new AbortController();
    const deadline = new AbortController();
    const abortAfter = (durationMs: number): void => {
      void clock.sleep(durationMs, ended.signal).then(
        () => {
          deadline.abort();
        },
        () => undefined,
      );
    };
    const hurry = (): void => {
      abortAfter(STOP_GRACE_MS);
    };
    abortAfter(limits.attemptMs);
    stopping.signal.addEventListener('abort', hurry, { once: true });
    try {
      const { message, possibleRepeat } = delivery;
      const outcome = await notifier.send(message, { signal: deadline.signal, handle, possibleRepeat });
      const cutShort = stopping.signal.aborted && deadline.signal.aborted && outcome.result === 'retry';
      return cutShort ? undefined : outcome;
    } catch (error) {
      logger.error({ channel, error: String(error) }, 'a channel broke its promise not to throw');
      return { result: 'retry', reason: 'an internal error' };
    } finally {
      ended.abort();
      stopping.signal.removeEventListener('abort', hurry);
    }
  };

  /**
   * What is known must reach the disk: the message is out, and forgetting that would send it again. News do not end its pauses: a
   * report of what could not be recorded is news itself, and would try again at once, for ever.
   */
  const insist = async (write: () => void): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      try {
        write();
        return;
      } catch (error) {
        if (tries === 0)
          logger.error({ channel, error: String(error) }, 'a delivery cannot be recorded; trying again');
        if (stopping.signal.aborted) return;
        await rest(DATABASE_PAUSE_MS);
      }
    }
  };

  const tell = (notice: Notice, channels: readonly string[]): void => {
    outbox.add(noticeDeliveries(notice, channels));
    options.wake();
  };

  const report = (
    reason: 'channel-disabled' | 'channel-failing' | 'undeliverable',
    cause: string,
    delivery: Delivery,
  ): string | undefined => {
    // Two channels that refuse each message would talk about each other's refusals for ever. One that is disabled says nothing more,
    // and whatever it was disabled by, others must know: the next alert waits for it.
    if (reason === 'undeliverable' && !('incident' in delivery.message)) return undefined;
    // Whoever enabled a channel that is still broken must hear that it is.
    const again = reason === 'channel-disabled' && delivery.attempts > 1 ? `-${delivery.attempts}` : '';
    const notice = channelNotice(reason, channel, cause, `${delivery.id}${again}`, clock.now());
    tell(notice, others);
    return notice.id;
  };

  const conclude = async (delivery: Delivery, outcome: DeliveryOutcome): Promise<void> => {
    recorder.delivery(channel, outcome.result);
    const fields = { channel, delivery: delivery.id, attempts: delivery.attempts };
    const now = clock.now();
    switch (outcome.result) {
      case 'sent':
        failures = 0;
        failingSince = undefined;
        await insist(() => {
          if (reported !== undefined) tell(channelWellNotice(channel, reported, now), others);
          if (outcome.missed !== undefined) tell(recipientsNotice(channel, outcome.missed, now), options.all);
          outbox.sent(delivery.id, now, outcome.handle ?? null);
        });
        reported = undefined;
        if (outcome.missed === undefined) logger.info(fields, 'alert delivered');
        else logger.warn({ ...fields, missed: outcome.missed }, 'alert delivered, but not to everybody');
        return;
      case 'rejected':
        logger.error({ ...fields, reason: outcome.reason }, 'alert refused by the receiver and given up');
        await insist(() => {
          report('undeliverable', outcome.reason, delivery);
          outbox.dead(delivery.id, now, outcome.reason);
        });
        return;
      case 'disabled':
        logger.error({ ...fields, reason: outcome.reason }, 'channel disabled');
        await insist(() => {
          // Reported first: after a crash in between the channel is tried, and disabled, again; the notice is the same.
          report('channel-disabled', outcome.reason, delivery);
          outbox.retry(delivery.id, now, outcome.reason);
          outbox.disableChannel(channel, now, outcome.reason);
        });
        return;
      case 'retry':
        await later(delivery, outcome);
    }
  };

  const later = async (
    delivery: Delivery,
    { reason, retryAfterMs, maybeSent }: Extract<DeliveryOutcome, { result: 'retry' }>,
  ): Promise<void> => {
    failures += 1;
    failingSince ??= clock.monotonicMs();
    const now = clock.now();
    const fields = { channel, delivery: delivery.id, attempts: delivery.attempts, reason };
    if (now - delivery.createdAt >= limits.giveUpAfterMs) {
      logger.error(fields, 'alert given up');
      await insist(() => {
        report('undeliverable', reason, delivery);
        outbox.dead(delivery.id, now, reason);
      });
      return;
    }
    const waitMs = backoffMs(delivery.attempts, retryAfterMs, random);
    logger.warn({ ...fields, waitMs }, 'alert not delivered; trying again');
    await insist(() => {
      outbox.retry(delivery.id, now + waitMs, reason, maybeSent === true);
      if (reported === undefined && clock.monotonicMs() - (failingSince ?? 0) >= limits.reportAfterMs) {
        reported = report('channel-failing', reason, delivery);
      }
    });
    const pauseMs = Math.min(SECOND_MS * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS);
    await rest(Math.max(pauseMs, retryAfterMs ?? 0));
  };

  /** A pause that news do not end. */
  const rest = async (durationMs: number): Promise<void> => {
    await clock.sleep(durationMs, stopping.signal).catch(() => undefined);
  };

  const idleMs = (): number => {
    const due = outbox.nextDueAt(channel);
    return due === null ? limits.idleMs : Math.min(Math.max(due - clock.now(), 50), limits.idleMs);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let leased: Leased | undefined;
      let waitMs = DATABASE_PAUSE_MS;
      try {
        leased = lease();
        if (leased === undefined) waitMs = idleMs();
      } catch (error) {
        logger.error({ channel, error: String(error) }, 'the outbox cannot be read; trying again');
      }
      if (leased === undefined) {
        await pause.wait(waitMs);
        continue;
      }
      const outcome = await attempt(leased);
      if (outcome !== undefined) await conclude(leased.delivery, outcome);
      await rest(limits.spacingMs);
    }
  };

  const running = run();
  return {
    wake: pause.wake,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
