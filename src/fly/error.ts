import type { Failure } from '../model/failure.ts';

/** The only error of this folder. `failure` is always of phase `api`. */
export class FlyError extends Error {
  override readonly name = 'FlyError';
  readonly failure: Failure;
  /** Fly's `fly-request-id`, for their support; null when there was no answer. */
  readonly requestId: string | null;

  constructor(failure: Failure, requestId: string | null = null) {
    super(failure.detail);
    this.failure = failure;
    this.requestId = requestId;
  }
}
