import type { Diagnosis } from './diagnosis.ts';
import type { Release } from './fly.ts';
import type { Incident, Told } from './incident.ts';
import type { Tenant } from './tenant.ts';

/** Why someone is told. `acknowledged` pages nobody: channels that can show it do. */
export type AlertReason = 'opened' | 'changed' | 'reminder' | 'resolved' | 'acknowledged';

/** The decision to tell someone; what the outbox keeps and every channel renders. */
export interface Alert {
  /** Stable over retries. */
  readonly id: string;
  readonly reason: AlertReason;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly incident: Incident;
  /** With `changed`: what the readers knew before. */
  readonly before?: Told;
  /** The diagnosis at that moment; for `resolved` the last one while it was failing. */
  readonly diagnosis: Diagnosis | null;
  readonly tenant: Tenant | null;
  /** The release that preceded the first failing run, when one did. */
  readonly deploy: Release | null;
  /** How the certificate behind it got there, where history tells. */
  readonly origin?: string | null;
  readonly links: AlertLinks;
}

/** Absolute URLs; null where the daemon has no public address. */
export interface AlertLinks {
  readonly runbook: string | null;
  readonly incident: string | null;
  readonly verify: string | null;
}

export type NoticeReason =
  | 'test'
  | 'watchdog'
  // One channel's trouble, through the others.
  | 'channel-disabled'
  | 'channel-failing'
  | 'channel-well'
  | 'undeliverable'
  | 'channel-lost'
  // The database cannot be written, and it can again: sent without it.
  | 'database-failing'
  | 'database-well';

/** A message that belongs to no incident. */
export interface Notice {
  readonly id: string;
  readonly reason: NoticeReason;
  readonly at: number;
  readonly text: string;
  /** Id of an earlier notice whose trouble is over with this one. */
  readonly ends?: string;
}

export type Message = Alert | Notice;

/** A channel. It renders and sends one message; retrying, ordering and remembering belong to the delivery pipeline. */
export interface Notifier {
  readonly name: string;
  readonly type: 'slack' | 'pagerduty' | 'alertmanager' | 'webhook' | 'email';
  /** Never throws; a failure is an outcome. */
  readonly send: (message: Message, context: SendContext) => Promise<DeliveryOutcome>;
  /** For receivers that forget: the last alert of every incident that is open, after a start. */
  readonly resume?: (alerts: readonly Alert[]) => void;
  /** Ends connections and loops of its own. */
  readonly close?: () => Promise<void>;
}

export interface SendContext {
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** What the channel returned for an earlier message about the same incident, null for the first: lets it update or thread. */
  readonly handle: string | null;
  /** A crash came between sending and marking, or no answer came: this may be the second time. */
  readonly possibleRepeat: boolean;
}

/** The channel judges whether a failure can be retried, the pipeline owns the retry. */
export type DeliveryOutcome =
  | {
      readonly result: 'sent';
      readonly handle?: string;
      /** Who of several recipients will never get it: `ops@example.com (SMTP 550)`. */
      readonly missed?: string;
    }
  | {
      readonly result: 'retry';
      readonly reason: string;
      readonly retryAfterMs?: number;
      /** It went out and nobody knows whether it arrived: the next attempt may repeat it. */
      readonly maybeSent?: true;
    }
  /** This message can never be delivered; others may. */
  | { readonly result: 'rejected'; readonly reason: string }
  /** Nothing can be delivered over this channel any more. */
  | { readonly result: 'disabled'; readonly reason: string };
