import type { Notice, NoticeReason } from '../model/alert.ts';
import type { NewDelivery } from '../model/delivery.ts';

/** A notice for each of the channels. The id is what makes it one: the same id again is not sent again. */
export function noticeDeliveries(notice: Notice, channels: readonly string[]): readonly NewDelivery[] {
  return channels.map((channel) => ({
    id: `${notice.id}/${channel}`,
    channel,
    group: notice.id,
    message: notice,
    createdAt: notice.at,
  }));
}

/** What `alerts test` sends. */
export function testNotice(channel: string, now: number): Notice {
  const text = `This is a test of the channel ${channel}: tenantwatch can reach you here.`;
  return { id: `test-${channel}-${now.toString(36)}`, reason: 'test', at: now, text };
}

/** The sign of life: one for each interval, however often it is asked for. */
export function watchdogNotice(intervalMs: number, now: number, text: string): Notice {
  const slot = Math.floor(now / intervalMs);
  return { id: `watchdog-${slot}-${intervalMs}`, reason: 'watchdog', at: now, text };
}

/** One channel's trouble, for the others. */
export function channelNotice(
  reason: Exclude<NoticeReason, 'test' | 'watchdog'>,
  channel: string,
  cause: string,
  about: string,
  now: number,
): Notice {
  const texts: Readonly<Record<typeof reason, string>> = {
    'channel-disabled': `The alert channel ${channel} is disabled: ${cause}. Alerts to it wait until it is repaired and tenantwatch restarts or reloads.`,
    'channel-failing': `The alert channel ${channel} has been failing: ${cause}. Its alerts are late; tenantwatch keeps trying.`,
    undeliverable: `An alert could not be delivered to the channel ${channel} and is given up: ${cause}. See it with: tenantwatch alerts deliveries`,
  };
  return { id: `${reason}-${about}`, reason, at: now, text: texts[reason] };
}
