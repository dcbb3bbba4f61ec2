import type { Message } from './alert.ts';
import type { Incident } from './incident.ts';

/** One attempt-bearing row of the outbox: a message for one channel. Times are milliseconds since the epoch. */
export interface NewDelivery {
  /** Stable over retries; receivers that deduplicate get it. */
  readonly id: string;
  readonly channel: string;
  /** Order is kept among the deliveries of one channel and group; an incident's id, or the message's own. */
  readonly group: string;
  readonly message: Message;
  readonly createdAt: number;
}

export type DeliveryState = 'waiting' | 'leased' | 'sent' | 'dead';

export interface Delivery extends NewDelivery {
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly leasedUntil: number | null;
  readonly sentAt: number | null;
  readonly lastError: string | null;
  /** An earlier lease ended without an outcome, or an attempt without an answer: the message may have been sent. */
  readonly possibleRepeat: boolean;
}

/** What delivery needs of the store. Every method is one durable transaction (synchronous=FULL). */
export interface Outbox {
  /**
   * Leases what is due: at most `limit` rows, only the oldest undelivered one of each channel and group, none of a
   * disabled channel. An expired lease is given out again, marked as a possible repeat.
   * @param channel only rows of this channel: one that hangs must not hold up the others
   */
  readonly lease: (now: number, limit: number, leaseMs: number, channel?: string) => readonly Delivery[];
  /** `handle` is remembered for the channel and group. */
  readonly sent: (id: string, now: number, handle: string | null) => void;
  /** @param maybeSent the message may have arrived: from now on it is a possible repeat */
  readonly retry: (id: string, nextAttemptAt: number, reason: string, maybeSent?: boolean) => void;
  /** Given up; kept, listed, sent again on request. Later messages of the group no longer wait for it. */
  readonly dead: (id: string, now: number, reason: string) => void;
  readonly handle: (channel: string, group: string) => string | null;
  /** When the next row that `lease` may give out is due: of the channel, or of any that is not disabled. */
  readonly nextDueAt: (channel?: string) => number | null;
  readonly list: (filter: {
    readonly state?: DeliveryState;
    readonly channel?: string;
    readonly group?: string;
    readonly limit?: number;
  }) => readonly Delivery[];
  /**
   * Puts dead rows back to waiting; returns how many. A row whose channel got, or gets just now, later news of its group stays dead: old news
   * after it would be taken for the newest.
   */
  readonly requeue: (ids: readonly string[], now: number) => number;
  readonly disableChannel: (channel: string, now: number, reason: string) => void;
  readonly enableChannel: (channel: string) => void;
  readonly disabledChannels: () => ReadonlyMap<string, { readonly at: number; readonly reason: string }>;
  /** An id that is already there is left as it is: adding twice after a crash adds once. */
  readonly add: (deliveries: readonly NewDelivery[]) => void;
}

/** What happened to an incident, for its timeline. */
export type IncidentEventKind =
  | 'failed'
  | 'opened'
  | 'changed'
  | 'reminder'
  | 'resolved'
  | 'reopened'
  | 'acknowledged'
  | 'unacknowledged'
  | 'silenced'
  | 'unsilenced'
  | 'muted'
  | 'unmuted'
  | 'note'
  | 'deploy'
  | 'delivery';

export interface IncidentEvent {
  readonly incident: string;
  readonly at: number;
  readonly kind: IncidentEventKind;
  /** Who did it; null for the daemon itself. */
  readonly by: string | null;
  readonly text: string;
}

/** One step in an incident's life with everything that must be durable before anyone is told. One transaction. */
export interface IncidentChange {
  readonly incident: Incident;
  readonly events: readonly IncidentEvent[];
  readonly deliveries: readonly NewDelivery[];
}
