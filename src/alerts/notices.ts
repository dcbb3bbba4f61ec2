import type { Notice, NoticeReason } from '../model/alert.ts';
import type { NewDelivery } from '../model/delivery.ts';
import { counted, spokenDuration } from '../model/spoken.ts';

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

/** Told while nothing can be stored: what nobody is told of meanwhile, and where to look instead. */
export function databaseFailingNotice(since: number, now: number, cause: string, state: string): Notice {
  const text =
    `CRITICAL: tenantwatch has been unable to write its database for ${spokenDuration(now - since)}: ${cause}. ` +
    'Probing goes on, but until this is repaired no incident can be opened or resolved, and nobody is told of one. ' +
    state;
  return { id: failingId(since), reason: 'database-failing', at: now, text };
}

export function databaseWellNotice(since: number, now: number): Notice {
  const text = `RESOLVED: tenantwatch can write its database again, after ${spokenDuration(now - since)}. What it found meanwhile is told now.`;
  return {
    id: `database-well-${since.toString(36)}`,
    reason: 'database-well',
    at: now,
    text,
    ends: failingId(since),
  };
}

function failingId(since: number): string {
  return `database-failing-${since.toString(36)}`;
}

/**
 * Incidents were told at an address that nobody here knows any more: their end cannot be told there.
 * @param how what became of the channel: `is not in the configuration any more`
 */
export function lostChannelNotice(
  channel: string,
  how: string,
  incidents: readonly string[],
  now: number,
): Notice {
  const shown = incidents.slice(0, 10).join(', ');
  const more = incidents.length > 10 ? ` and ${incidents.length - 10} more` : '';
  const text =
    `The alert channel ${channel} ${how}. Where it led, ${counted(incidents.length, 'incident was', 'incidents were')} told as open, and will not be told as over: ` +
    `close there by hand, when over: ${shown}${more}.`;
  return { id: `channel-lost-${channel}-${incidents[0] ?? ''}`, reason: 'channel-lost', at: now, text };
}

/** Some recipients of a channel are refused, others are not; said once, over every channel, as this one works. */
export function recipientsNotice(channel: string, missed: string, now: number): Notice {
  const text = `The alert channel ${channel} does not reach everybody: its server refuses ${missed}. The others get every message. Correct alerts.channels.`;
  // A Message-ID is made of it, and people type it.
  const who = missed.replaceAll(/[^\w@.+-]+/g, '-').replace(/-$/, '');
  return { id: `recipients-${channel}-${who}`, reason: 'undeliverable', at: now, text };
}

/** @param failing id of the notice that said it was failing */
export function channelWellNotice(channel: string, failing: string, now: number): Notice {
  const text = `The alert channel ${channel} works again: what waited is sent now.`;
  return { id: `${failing}-over`, reason: 'channel-well', at: now, text, ends: failing };
}

/** One channel's trouble, for the others. */
export function channelNotice(
  reason: Extract<NoticeReason, 'channel-disabled' | 'channel-failing' | 'undeliverable'>,
  channel: string,
  cause: string,
  about: string,
  now: number,
): Notice {
  const texts: Readonly<Record<typeof reason, string>> = {
    'channel-disabled': `The alert channel ${channel} is disabled: ${cause}. Alerts to it wait. When it is repaired: tenantwatch alerts enable ${channel}`,
    'channel-failing': `The alert channel ${channel} has been failing: ${cause}. Its alerts are late; tenantwatch keeps trying.`,
    undeliverable: `An alert could not be delivered to the channel ${channel} and is given up: ${cause}. See it with: tenantwatch alerts deliveries`,
  };
  return { id: `${reason}-${about}`, reason, at: now, text: texts[reason] };
}
