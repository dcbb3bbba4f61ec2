import { FlyError } from '../fly/index.ts';
import type { FlyClient } from '../fly/index.ts';
import type { Claim, Inventory, Machine, Release, SweepWish } from '../model/fly.ts';
import type { Observation } from '../model/observation.ts';
import { plainText } from '../model/text.ts';
import type { Clock } from '../model/time.ts';

/** Fly's API as observations: what it says, or how it failed, and how long that took. */
export interface FlyProbe {
  /**
   * Every claim of an app. The list has no expiry: for those of the host names in `details` that it holds, the detail is asked
   * for, too, which has it; where that fails the entry stays as the list has it.
   */
  readonly certificates: (
    app: string,
    signal: AbortSignal,
    details?: readonly string[],
  ) => Promise<Observation<readonly Claim[]>>;
  readonly certificate: (app: string, hostname: string, signal: AbortSignal) => Promise<Observation<Claim>>;
  readonly machines: (app: string, signal: AbortSignal) => Promise<Observation<readonly Machine[]>>;
  readonly addresses: (app: string, signal: AbortSignal) => Promise<Observation<readonly string[]>>;
  readonly inventory: (signal: AbortSignal, wish?: SweepWish) => Promise<Observation<Inventory>>;
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
  async function detailed(claim: Claim, signal: AbortSignal): Promise<Claim> {
    if (claim.expiresAt !== null) return claim;
    try {
      const detail = await client.certificate(claim.app, claim.hostname, signal);
      return {
        ...detail,
        createdAt: claim.createdAt ?? detail.createdAt,
        source: claim.source ?? detail.source,
      };
    } catch (error) {
      if (error instanceof FlyError) return claim;
      throw error;
    }
  }
  return {
    certificates: (app, signal, details = []) =>
      observe(async () => {
        const claims = await client.certificates(app, signal);
        return Promise.all(
          claims.map(async (claim) => (details.includes(claim.hostname) ? detailed(claim, signal) : claim)),
        );
      }),
    certificate: (app, hostname, signal) => observe(() => client.certificate(app, hostname, signal)),
    machines: (app, signal) => observe(() => client.machines(app, signal)),
    addresses: (app, signal) => observe(() => client.addresses(app, signal)),
    inventory: (signal, wish) => observe(() => client.inventory(signal, wish)),
    releases: (app, limit, signal) => observe(() => client.releases(app, limit, signal)),
  };
}
