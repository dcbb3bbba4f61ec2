import type { AlertReason, NoticeReason } from '../model/alert.ts';
import type { Delivery, DeliveryState } from '../model/delivery.ts';
import { counted, spokenDuration, spokenTime } from '../model/spoken.ts';
import { columns } from './columns.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say } from './wording.ts';

/** A delivery without the message itself. Times are milliseconds since the epoch. */
export interface DeliverySummary {
  readonly id: string;
  readonly channel: string;
  readonly reason: AlertReason | NoticeReason;
  /** Null for a notice. */
  readonly incident: string | null;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdAt: number;
  readonly sentAt: number | null;
  /** When it is tried again; null when nobody tries any more. */
  readonly nextAttemptAt: number | null;
  readonly lastError: string | null;
  readonly possibleRepeat: boolean;
}

export function summarize(delivery: Delivery): DeliverySummary {
  const { id, channel, message, state, attempts, createdAt, sentAt, lastError, possibleRepeat } = delivery;
  return {
    id,
    channel,
    reason: message.reason,
    incident: 'incident' in message ? message.incident.id : null,
    state,
    attempts,
    createdAt,
    sentAt,
    nextAttemptAt: state === 'waiting' ? delivery.nextAttemptAt : null,
    lastError,
    possibleRepeat,
  };
}

/** `sent at the 2nd attempt`: how it stands, in words. */
export function deliveryWords(delivery: DeliverySummary): string {
  const { state, attempts, lastError, possibleRepeat } = delivery;
  const after = attempts > 1 ? ` after ${attempts} attempts` : '';
  const error = lastError === null ? '' : `: ${say(lastError)}`;
  const repeat = possibleRepeat ? ' (possibly twice)' : '';
  switch (state) {
    case 'sent':
      return `sent${after}${repeat}`;
    case 'dead':
      return `given up${after}${error}`;
    case 'leased':
      return `being sent${after}`;
    case 'waiting':
      return attempts === 0 ? 'waiting' : `waiting${after}${error}`;
  }
}

export interface DeliveriesReport {
  readonly schema: 'tenantwatch.deliveries/1';
  readonly at: number;
  /** Newest first. */
  readonly deliveries: readonly DeliverySummary[];
  /** Those that take nothing at present. */
  readonly channels: readonly ChannelTrouble[];
}

/** A channel that refused for good, or that the configuration has no more while messages wait for it. */
export interface ChannelTrouble {
  readonly channel: string;
  readonly configured: boolean;
  readonly disabled: { readonly at: number; readonly reason: string } | null;
  readonly waiting: number;
}

const STATE_STYLE = { sent: 'good', dead: 'bad', leased: 'dim', waiting: 'doubtful' } as const;

export function deliveriesText(report: DeliveriesReport, palette: Palette = PLAIN): string {
  const list = report.deliveries.length === 0 ? 'No deliveries.' : rowsText(report, palette);
  const hints = report.channels.map((trouble) => palette.doubtful(troubleText(trouble)));
  return `${[list, ...(hints.length === 0 ? [] : ['', ...hints])].join('\n')}\n`;
}

function troubleText({ channel, configured, disabled, waiting }: ChannelTrouble): string {
  const name = say(channel);
  const wait =
    waiting === 0 ? '' : ` ${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} for it.`;
  if (!configured)
    return `${name} is not in the configuration.${wait} What waits is given up 72 hours after it was decided, unless the channel returns.`;
  const since = disabled === null ? '' : ` since ${spokenTime(disabled.at)}: ${say(disabled.reason)}`;
  return `${name} is disabled${since}.${wait} When it is repaired: tenantwatch alerts enable ${name}`;
}

function rowsText({ deliveries, at }: DeliveriesReport, palette: Palette): string {
  const rows = deliveries.map((delivery) => {
    const { id, channel, reason, createdAt, state, nextAttemptAt } = delivery;
    const again =
      nextAttemptAt === null || nextAttemptAt <= at ? '' : `, again in ${spokenDuration(nextAttemptAt - at)}`;
    return [
      spokenTime(createdAt),
      say(channel),
      reason,
      { text: `${deliveryWords(delivery)}${again}`, style: palette[STATE_STYLE[state]] },
      palette.dim(say(id)),
    ];
  });
  return columns(rows, { indent: 0 });
}
