import { setImmediate } from 'node:timers/promises';
import type { FailureCode } from '../model/failure.ts';
import type { Logger } from '../model/logger.ts';
import { SECOND_MS, type Clock } from '../model/time.ts';
import { waitAtMost } from '../model/wait-at-most.ts';
import type { DeployWatch } from './deploy-watch.ts';
import type { Dispatch } from './dispatch.ts';
import type { Fleet } from './fleet.ts';
import { recentDeploys, tellClaims, touchedByClaims } from './follow-up.ts';
import type { History } from './history.ts';
import type { InventoryKeeper } from './inventory.ts';
import { createUnreadTeller } from './unread-apps.ts';

export interface SweepOptions {
  readonly inventory: InventoryKeeper;
  /** Loads the list of tenants anew, after a sweep. */
  readonly refreshTenants: (signal: AbortSignal) => Promise<void>;
  readonly fleet: Fleet;
  readonly history: History;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A list of tenants that somebody else's server owes must not keep a claim or a deploy from being noticed. */
const SOURCES_MS = 2 * SECOND_MS;

/** Sweeps the organization and follows what came of it: tenants, deploys, claims. */
export function createSweep(
  { inventory, refreshTenants, fleet, history, clock, logger }: SweepOptions,
  deploys: DeployWatch,
  dispatch: Dispatch,
): (signal: AbortSignal) => Promise<void> {
  const tellUnread = createUnreadTeller(logger);
  let failure: FailureCode | undefined;
  /** One at a time: while a source takes its time, sweeps go on with the tenants that are known. */
  let refreshing: Promise<void> | undefined;
  const refresh = (signal: AbortSignal): Promise<void> =>
    (refreshing ??= refreshTenants(signal)
      .catch((error: unknown) => {
        logger.error({ error: String(error) }, 'the list of tenants was not refreshed: a fault of ours');
      })
      .finally(() => {
        refreshing = undefined;
      }));

  return async (signal) => {
    const { swept, diff, unread } = await inventory.sweep(signal);
    if (signal.aborted) return;
    // Also after a failed sweep: other sources have nothing to do with Fly.
    await waitAtMost(SOURCES_MS, refresh(signal), clock, signal);
    // Each step looks at the whole organization; handshakes that are under way must not wait for all of them.
    await setImmediate();
    deploys.resume();
    if (swept.outcome === 'failed') {
      const { code, detail } = swept.failure;
      // Once, until it fails otherwise: the monitor's problem is told by its incident.
      if (failure !== code) logger.warn({ code, detail }, 'sweep of the organization failed');
      failure = code;
      return;
    }
    if (failure !== undefined) logger.info({}, 'the organization is swept again');
    failure = undefined;
    tellUnread(unread);
    const fresh = history.freshReleases(swept.facts);
    deploys.noticed(recentDeploys(fresh, fleet.tenants(), clock.now()));
    if (diff !== null) {
      tellClaims(diff, logger);
      for (const { id } of touchedByClaims(diff, fleet.tenants())) dispatch(id, 'recheck', 'recheck');
    }
    await history.sweep(swept.facts, new Set(unread.keys()));
  };
}
