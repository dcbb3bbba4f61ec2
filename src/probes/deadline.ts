import type { FailureCode, Phase } from '../model/failure.ts';
import { ProbeError } from './probe-error.ts';

/** Our own reasons to stop, named alike everywhere. */
export function aborted(phase: Phase): ProbeError {
  return new ProbeError({ phase, code: 'aborted', detail: 'stopped before it was done' });
}

export function timedOut(phase: Phase, timeoutMs: number, waitingFor: string): ProbeError {
  return stopped(phase, 'timeout', `no ${waitingFor} within ${Math.round(timeoutMs)} ms`);
}

export function stopped(phase: Phase, code: FailureCode, detail: string): ProbeError {
  return new ProbeError({ phase, code, detail });
}

/** Runs `onAbort` once when the signal fires, at once if it already has; the returned function forgets it. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => {
    signal.removeEventListener('abort', listener);
  };
}
