import type { FailureCode, Phase } from '../model/failure.ts';
import { spokenMs } from '../model/spoken.ts';
import { ProbeError } from './probe-error.ts';

/** Our own reasons to stop, named alike everywhere. */
export function aborted(phase: Phase): ProbeError {
  return new ProbeError({ phase, code: 'aborted', detail: 'stopped before it was done' });
}

export function timedOut(phase: Phase, timeoutMs: number, waitingFor: string): ProbeError {
  return stopped(phase, 'timeout', `no ${waitingFor} within ${spokenMs(timeoutMs)}`);
}

export function stopped(phase: Phase, code: FailureCode, detail: string): ProbeError {
  return new ProbeError({ phase, code, detail });
}

/**
 * Who waits for which signal. One listener on each signal passes it on: hundreds of probes wait for the same one, and an
 * event target looks through all its listeners whenever one comes or goes.
 */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Runs the listener once when the signal fires, at once if it already has; the returned function forgets it. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  // A function of its own, so that the same listener may wait twice.
  const wake = (): void => {
    listener();
  };
  const waiters = waitersOf(signal);
  waiters.add(wake);
  return () => {
    waiters.delete(wake);
  };
}

function waitersOf(signal: AbortSignal): Set<() => void> {
  const known = waiting.get(signal);
  if (known !== undefined) return known;
  const waiters = new Set<() => void>();
  waiting.set(signal, waiters);
  signal.addEventListener(
    'abort',
    () => {
      for (const wake of waiters) wake();
      waiters.clear();
    },
    { once: true },
  );
  return waiters;
}
