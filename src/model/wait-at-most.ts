import type { Clock } from './time.ts';

/**
 * The promise's value; undefined when the time passes or the signal fires before it is there. Rejects as the promise does. Nothing is
 * stopped: what comes later is for nobody.
 */
export async function waitAtMost<Value>(
  durationMs: number,
  promise: Promise<Value>,
  clock: Pick<Clock, 'sleep'>,
  signal?: AbortSignal,
): Promise<Value | undefined> {
  const settled = new AbortController();
  const ends = signal === undefined ? settled.signal : AbortSignal.any([signal, settled.signal]);
  const patience = clock.sleep(durationMs, ends).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([promise, patience]);
  } finally {
    settled.abort();
  }
}
