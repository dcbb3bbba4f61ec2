import type { DatabaseOptions } from './database-options.ts';
import type { Moment } from './moment.ts';

export const INCIDENT_STATES = ['pending', 'open', 'resolved'] as const;

export interface IncidentListOptions extends DatabaseOptions {
  readonly state?: (typeof INCIDENT_STATES)[number];
  readonly tenant?: string;
  readonly limit: number;
}

export interface IncidentActOptions extends DatabaseOptions {
  readonly author?: string;
  readonly note?: string;
}

export interface SilenceOptions extends DatabaseOptions {
  readonly tenant?: string;
  readonly problem?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly for: number;
  readonly starts?: Moment;
  readonly reason: string;
  readonly author?: string;
  /** True: of the tenant's own app. */
  readonly untilDeploy?: true | string;
}

export interface EndSilenceOptions extends DatabaseOptions {
  readonly author?: string;
}

export const DELIVERY_STATES = ['waiting', 'leased', 'sent', 'dead'] as const;

export interface DeliveriesOptions extends DatabaseOptions {
  readonly dead?: true;
  readonly state?: (typeof DELIVERY_STATES)[number];
  readonly channel?: string;
  readonly incident?: string;
  readonly limit: number;
}

export interface RetryOptions extends DatabaseOptions {
  readonly all?: true;
  readonly author?: string;
}

export interface AcceptLossOptions extends DatabaseOptions {
  readonly author?: string;
}
