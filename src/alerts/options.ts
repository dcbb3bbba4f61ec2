import type { Scope, Severity } from '../model/verdict.ts';

/** A value that is read when it is used and never shown. */
export interface SecretText {
  readonly reveal: () => string;
}

export interface SlackWebhookOptions {
  readonly type: 'slack';
  readonly name: string;
  readonly mode: 'webhook';
  readonly webhookUrl: SecretText;
}

export interface SlackBotOptions {
  readonly type: 'slack';
  readonly name: string;
  readonly mode: 'bot';
  readonly botToken: SecretText;
  readonly channel: string;
  /** With it messages have buttons; without it they would not work. */
  readonly signingSecret: SecretText | null;
  readonly apiUrl: string;
}

export interface PagerdutyOptions {
  readonly type: 'pagerduty';
  readonly name: string;
  readonly routingKey: SecretText;
  readonly url: string;
}

export interface AlertmanagerOptions {
  readonly type: 'alertmanager';
  readonly name: string;
  /** Every peer of the cluster. */
  readonly urls: readonly string[];
}

export interface WebhookOptions {
  readonly type: 'webhook';
  readonly name: string;
  readonly url: SecretText;
  readonly secret: SecretText;
}

export interface EmailOptions {
  readonly type: 'email';
  readonly name: string;
  /** `smtp://user:password@host:port` or `smtps://…`. */
  readonly smtp: SecretText;
  readonly from: string;
  readonly to: readonly string[];
}

/** One entry of `alerts.channels`. */
export type ChannelOptions =
  | SlackWebhookOptions
  | SlackBotOptions
  | PagerdutyOptions
  | AlertmanagerOptions
  | WebhookOptions
  | EmailOptions;

/** One entry of `alerts.routes`: all that is given must match. */
export interface Route {
  readonly match: {
    readonly severity?: readonly Severity[] | undefined;
    readonly scope?: readonly Scope[] | undefined;
    /** Values may be globs with `*`. */
    readonly labels?: Readonly<Record<string, string>> | undefined;
  };
  readonly channels: readonly string[];
}
