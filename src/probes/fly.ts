import { FlyError } from '../fly/index.ts';
import type { FlyClient } from '../fly/index.ts';
import type { Claim, Inventory, Machine, Release } from '../model/fly.ts';
import type { Observation } from '../model/observation.ts';
import { plainText } from '../model/text.ts';
import type { Clock } from '../model/time.ts';

/** Fly's API as observations: what it says, or how it failed, and how long that took. */
export interface FlyProbe {
  readonly certificates: (app: string, signal: AbortSignal) => Promise<Observation<readonly Claim[]>>;
  readonly certificate: (app: string, hostname: string, signal: AbortSignal) => Promise<Observation<Claim>>;
  readonly machines: (app: string, signal: AbortSignal) => Promise<Observation<readonly Machine[]>>;
  readonly addresses: (app: string, signal: AbortSignal) => Promise<Observation<readonly string[]>>;
  readonly inventory: (signal: AbortSignal) => Promise<Observation<Inventory>>;
  readonly releases: (
    app: string,
    limit: number,
    signal: AbortSignal,
  ) => Promise<Observation<readonly Release[]>>;
}

export function createFlyProbe(client: FlyClient, clock: Clock): FlyProbe {
  async function observe<Facts>(ask: () => Promise<Facts>): Promise<Observation<Facts>> {
    const at = clock.now();
    const startedMs = clock.monotonicMs();
    try {
      const facts = await ask();
      return { outcome: 'observed', at, durationMs: clock.monotonicMs() - startedMs, facts };
    } catch (error) {
      return {
        outcome: 'failed',
        at,
        durationMs: clock.monotonicMs() - startedMs,
        failure:
          error instanceof FlyError
            ? error.failure
            : { phase: 'api', code: 'internal', detail: plainText(String(error)) },
      };
    }
  }
  return {
    certificates: (app, signal) => observe(() => client.certificates(app, signal)),
    certificate: (app, hostname, signal) => observe(() => client.certificate(app, hostname, signal)),
    machines: (app, signal) => observe(() => client.machines(app, signal)),
    addresses: (app, signal) => observe(() => client.addresses(app, signal)),
    inventory: (signal) => observe(() => client.inventory(signal)),
    releases: (app, limit, signal) => observe(() => client.releases(app, limit, signal)),
  };
}
