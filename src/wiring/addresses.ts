import type { Observation } from '../model/observation.ts';
import { MINUTE_MS, type Clock } from '../model/time.ts';
import type { FlyProbe } from '../probes/fly.ts';

const KEEP_MS = 5 * MINUTE_MS;

/** The management app's addresses hardly ever change: asked every five minutes, and again at once after a failure. */
export function cachedAddresses(
  fly: FlyProbe,
  app: string,
  clock: Clock,
): (signal: AbortSignal) => Promise<Observation<readonly string[]>> {
  let kept: Observation<readonly string[]> | undefined;
  let keptMs = 0;
  return async (signal) => {
    const fresh = kept !== undefined && clock.monotonicMs() - keptMs < KEEP_MS;
    if (fresh && kept?.outcome === 'observed') return kept;
    const asked = await fly.addresses(app, signal);
    // What was true five minutes ago is better evidence than a failed call.
    if (asked.outcome === 'failed' && kept?.outcome === 'observed') return kept;
    kept = asked;
    keptMs = clock.monotonicMs();
    return asked;
  };
}
