/** What Fly's API says, in the product's words. `fly/` maps both of Fly's vocabularies to these. */
import type { Failure } from './failure.ts';

/** A hostname that an app holds a certificate for. */
export interface Claim {
  /** Normalized; may begin with `*.`. Not necessarily a strict hostname: what the API returned, sanitized. */
  readonly hostname: string;
  readonly app: string;
  readonly state: ClaimState;
  /** The API's own words, sanitized: evidence. */
  readonly status: string;
  /** Milliseconds since the epoch; null when the API does not say. */
  readonly createdAt: number | null;
  readonly expiresAt: number | null;
  readonly source: 'fly' | 'custom' | null;
  /** Fly's own validation messages and remediation texts, sanitized: quoted as evidence, never as a step. */
  readonly notes: readonly string[];
}

export type ClaimState = 'issued' | 'expired' | 'awaiting-configuration' | 'awaiting-issuance' | 'unknown';

export type MachineState =
  | 'created'
  | 'starting'
  | 'started'
  | 'stopping'
  | 'stopped'
  | 'suspending'
  | 'suspended'
  | 'failed'
  | 'replacing'
  | 'destroying'
  | 'destroyed'
  | 'unknown';

export interface Machine {
  readonly id: string;
  readonly state: MachineState;
  readonly region: string;
  /** May the proxy start it (every service has autostart)? null: not known. */
  readonly autostart: boolean | null;
  /** The machine restarted on its own shortly before, or its last exit was a crash; null: not known. */
  readonly crashing: boolean | null;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number | null;
}

export interface Release {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly reason: string;
  readonly description: string;
  readonly image: string | null;
  readonly user: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** One app of the organization as a sweep sees it. */
export interface AppSummary {
  readonly name: string;
  readonly status: string;
  readonly claims: readonly Claim[];
  readonly currentRelease: Release | null;
  readonly machines: readonly Machine[] | null;
}

/** The whole organization at one moment. Only a complete sweep becomes an inventory: absence in it is a fact, but for what is `unread`. */
export interface Inventory {
  /** When the sweep began and ended, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly takenAt: number;
  readonly apps: ReadonlyMap<string, AppSummary>;
  /** Claims of every app by normalized hostname; more than one entry under a key is a duplicate. */
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
  /**
   * Apps whose certificates could not be read, and why. Absent unless the sweep was asked to go on without them. In the daemon an app is
   * here only once what was read of it before is too old; those claims are not evidence, but not known to be gone either.
   */
  readonly unread?: ReadonlyMap<string, Failure>;
}

export interface SweepWish {
  /** One app whose certificates cannot be read fails the sweep, unless it may be named in `unread` instead. */
  readonly gaps: 'refused' | 'named';
}
