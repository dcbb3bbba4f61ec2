import type { Release } from '../model/fly.ts';
import type { Logger } from '../model/logger.ts';
import type { Tenant } from '../model/tenant.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Clock } from '../model/time.ts';
import type { Trigger, Verdict } from '../model/verdict.ts';
import type { Fleet } from './fleet.ts';
import type { TenantDeploy } from './follow-up.ts';
import type { History } from './history.ts';

/**
 * Follows each new release until its tenant verifies, or for five minutes: the post-deploy gate without any integration.
 * What is followed is in the store, so that a restart in between goes on with it.
 */
export interface DeployWatch {
  /** Writes down that they are due and has them verified at once. To be called before the store knows the releases. */
  readonly noticed: (deploys: readonly TenantDeploy[]) => void;
  /** Goes on, once the tenants are known, with what was due when the process before ended; later calls do nothing. */
  readonly resume: () => void;
  /** A run of the tenant has ended. */
  readonly after: (tenant: Tenant, run: EndedRun) => void;
}

export interface EndedRun {
  readonly trigger: Trigger;
  readonly verdict: Verdict;
  /** Monotonic. */
  readonly startedMs: number;
}

export interface DeployWatchOptions {
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'complete' | 'tenant' | 'tenants'>;
  readonly history: Pick<History, 'deployDue' | 'deployDone' | 'deploysDue'>;
  readonly logger: Logger;
  /** Asks for a verification of the tenant, now or after a while. */
  readonly verify: (tenant: string, delayMs: number) => void;
  /** A deploy of this app was verified: silences bound to it end. */
  readonly verified: (app: string) => void;
}

interface Followed {
  readonly release: Release;
  readonly noticedMs: number;
  /** When the next run is wanted. */
  readonly againMs: number;
}

const AGAIN_MS = 5 * SECOND_MS;
const DEADLINE_MS = 5 * MINUTE_MS;

/** Only these look at the site of an app that sleeps: a deploy that nobody asked for an answer has proved nothing. */
const PROVING: ReadonlySet<Trigger> = new Set(['deploy', 'gate', 'manual']);

export function createDeployWatch(options: DeployWatchOptions): DeployWatch {
  const { clock, fleet, history, logger } = options;
  const followed = new Map<string, Followed>();
  let resumed = false;

  const begin = (tenant: string, release: Release, noticedMs: number): void => {
    followed.set(tenant, { release, noticedMs, againMs: clock.monotonicMs() });
    options.verify(tenant, 0);
  };

  const end = (tenant: string): void => {
    followed.delete(tenant);
    history.deployDone(tenant);
  };

  return {
    noticed: (deploys) => {
      for (const id of followed.keys()) if (fleet.tenant(id) === undefined) end(id);
      for (const { tenant, app, release } of deploys) {
        const { version, status } = release;
        logger.info({ tenant: tenant.id, app, release: version, status }, 'deploy noticed');
        history.deployDue(tenant.id, clock.now());
        begin(tenant.id, release, clock.monotonicMs());
      }
    },
    resume: () => {
      if (resumed || !fleet.complete()) return;
      resumed = true;
      const now = clock.now();
      for (const { tenant: id, at, release } of history.deploysDue(fleet.tenants())) {
        if (followed.has(id)) continue;
        const ageMs = now - at;
        // A release that the store does not know yet is found by the sweep as if nothing had happened.
        if (release === null || ageMs > HOUR_MS) {
          history.deployDone(id);
          continue;
        }
        logger.info({ tenant: id, release: release.version }, 'deploy is followed on after a restart');
        // A clock that was set back in between must not make the deadline later.
        begin(id, release, clock.monotonicMs() - Math.max(0, ageMs));
      }
    },
    after: (tenant, { trigger, verdict, startedMs }) => {
      const one = followed.get(tenant.id);
      // A run that began before the deploy was noticed saw the release before it.
      if (one === undefined || startedMs < one.noticedMs) return;
      const nowMs = clock.monotonicMs();
      const tookMs = Math.round(nowMs - one.noticedMs);
      const fields = { tenant: tenant.id, release: one.release.version, tookMs };
      if (PROVING.has(trigger) && (verdict === 'pass' || verdict === 'warn')) {
        end(tenant.id);
        logger.info(fields, 'deploy verified');
        options.verified(tenant.app);
      } else if (tookMs >= DEADLINE_MS) {
        end(tenant.id);
        logger.warn(fields, 'deploy did not verify in time');
      } else if (nowMs >= one.againMs) {
        // One chain for each deploy, however many other runs of the tenant end meanwhile.
        followed.set(tenant.id, { ...one, againMs: nowMs + AGAIN_MS });
        options.verify(tenant.id, AGAIN_MS);
      }
    },
  };
}
