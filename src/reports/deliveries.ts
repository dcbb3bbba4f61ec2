import type { AlertReason, NoticeReason } from '../model/alert.ts';
import type { Delivery, DeliveryState } from '../model/delivery.ts';
import { spokenDuration, spokenTime } from '../model/spoken.ts';
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
}

const STATE_STYLE = { sent: 'good', dead: 'bad', leased: 'dim', waiting: 'doubtful' } as const;

export function deliveriesText({ deliveries, at }: DeliveriesReport, palette: Palette = PLAIN): string {
  if (deliveries.length === 0) return 'No deliveries.\n';
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
  return `${columns(rows, { indent: 0 })}\n`;
}
