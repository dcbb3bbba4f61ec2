import type { Release } from '../model/fly.ts';
import { MINUTE_MS, SECOND_MS, type Clock } from '../model/time.ts';
import type { Verdict } from '../model/verdict.ts';

/** Follows each new release until its tenant verifies, or for five minutes: the post-deploy gate without any integration. */
export interface DeployWatch {
  readonly began: (tenant: string, release: Release) => void;
  /** After a run: what to do next about the tenant's deploy. */
  readonly after: (tenant: string, verdict: Verdict) => DeployStep;
}

export type DeployStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'again'; readonly delayMs: number }
  | { readonly kind: 'verified'; readonly release: Release; readonly tookMs: number }
  | { readonly kind: 'gave-up'; readonly release: Release };

const AGAIN_MS = 5 * SECOND_MS;
const DEADLINE_MS = 5 * MINUTE_MS;

export function createDeployWatch(clock: Clock): DeployWatch {
  const following = new Map<string, { readonly release: Release; readonly startedMs: number }>();
  return {
    began: (tenant, release) => {
      following.set(tenant, { release, startedMs: clock.monotonicMs() });
    },
    after: (tenant, verdict) => {
      const one = following.get(tenant);
      if (one === undefined) return { kind: 'none' };
      const tookMs = clock.monotonicMs() - one.startedMs;
      if (verdict === 'pass' || verdict === 'warn') {
        following.delete(tenant);
        return { kind: 'verified', release: one.release, tookMs };
      }
      if (tookMs < DEADLINE_MS) return { kind: 'again', delayMs: AGAIN_MS };
      following.delete(tenant);
      return { kind: 'gave-up', release: one.release };
    },
  };
}
