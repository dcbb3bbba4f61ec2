import type { Failure } from '../model/failure.ts';
import { plainText } from '../model/text.ts';

/** How a call to Fly's API failed; the client rejects with nothing else than a FlyError, which is known here by its name. */
export function flyFailure(error: unknown): Failure {
  if (error instanceof Error && error.name === 'FlyError' && 'failure' in error)
    return error.failure as Failure;
  return { phase: 'api', code: 'internal', detail: plainText(String(error)) };
}
