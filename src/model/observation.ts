import type { Failure } from './failure.ts';

/** A probe's timed result. It judges nothing: an expired certificate or a status 500 is a fact, not a failure. */
export type Observation<Facts> = Observed<Facts> | Failed;

export interface Observed<Facts> {
  readonly outcome: 'observed';
  /** When the probe began, milliseconds since the epoch. */
  readonly at: number;
  readonly durationMs: number;
  readonly facts: Facts;
}

export interface Failed {
  readonly outcome: 'failed';
  readonly at: number;
  readonly durationMs: number;
  readonly failure: Failure;
}

/** Nobody looked, on purpose. The check that needed it is skipped with the same reason. */
export interface NotTaken {
  readonly outcome: 'not-taken';
  readonly reason: NotTakenReason;
}

export type NotTakenReason =
  | 'no-fly' // --no-fly: the API is not asked
  | 'asleep' // a request would wake sleeping machines, and a scheduled run does not
  | 'no-connection' // nothing to send a request over
  | 'no-app' // Fly does not know the app
  | 'needs-inventory' // only a sweep of the whole organization can tell
  | 'custom-domain' // a wildcard question about a name outside the domain
  | 'not-configured'
  | 'not-needed'; // for example a handshake-only round

export type Taken<Facts> = Observation<Facts> | NotTaken;

export function notTaken(reason: NotTakenReason): NotTaken {
  return { outcome: 'not-taken', reason };
}

/** The facts, or undefined when there are none, whatever the cause. */
export function factsOf<Facts>(taken: Taken<Facts>): Facts | undefined {
  return taken.outcome === 'observed' ? taken.facts : undefined;
}
