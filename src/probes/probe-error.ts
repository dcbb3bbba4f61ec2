import type { Failure } from '../model/failure.ts';

/** A failure that already has its name, on its way up to the observation. */
export class ProbeError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.detail);
    this.name = 'ProbeError';
    this.failure = failure;
  }
}
