import type { Failure } from '../model/failure.ts';
import type { Inventory } from '../model/fly.ts';
import type { Observation } from '../model/observation.ts';
import { SECOND_MS, type Clock } from '../model/time.ts';
import { waitAtMost } from '../model/wait-at-most.ts';
import type { FlyProbe } from '../probes/fly.ts';
import { createCarriedClaims } from './carried-claims.ts';
import { diffInventories, type InventoryDiff } from './inventory-diff.ts';

/** The latest sweep of the organization, and what came of sweeping. */
export interface InventoryKeeper {
  readonly sweep: (signal: AbortSignal) => Promise<SweepOutcome>;
  /** The last complete sweep while it is fresh enough to be evidence, else how the latest one failed. */
  readonly current: () => Observation<Inventory>;
  /** The same, but the very first sweep is waited for a while: before it there is nothing that a run could tell. */
  readonly known: () => Promise<Observation<Inventory>>;
}

export interface SweepOutcome {
  /** With the earlier claims of the apps that could not be read. */
  readonly swept: Observation<Inventory>;
  /** Against the last complete sweep; null when this one was not complete. */
  readonly diff: InventoryDiff | null;
  /** Apps whose certificates this sweep could not read, whether or not something is known of them from before. */
  readonly unread: ReadonlyMap<string, Failure>;
}

const NONE: ReadonlyMap<string, Failure> = new Map();

/** A sweep of a thousand apps takes seconds; when Fly's API hangs, handshakes are more urgent than claims. */
const FIRST_SWEEP_MS = 10 * SECOND_MS;

const NOT_YET = 'the organization was not swept yet';

/** @param staleAfterMs how old a sweep may be and still count as what is there now */
export function createInventoryKeeper(
  fly: Pick<FlyProbe, 'inventory'>,
  clock: Clock,
  staleAfterMs: number,
): InventoryKeeper {
  let complete: (Observation<Inventory> & { readonly outcome: 'observed' }) | undefined;
  let completeMs = 0;
  let latest: Observation<Inventory> = {
    outcome: 'failed',
    at: clock.now(),
    durationMs: 0,
    // Nobody asked: that is nothing that Fly's API did.
    failure: { phase: 'api', code: 'aborted', detail: NOT_YET },
  };
  const carried = createCarriedClaims(staleAfterMs);
  const first = Promise.withResolvers<undefined>();
  let waited: Promise<void> | undefined;
  const current: InventoryKeeper['current'] = () => {
    if (complete === undefined || latest.outcome === 'observed') return latest;
    return clock.monotonicMs() - completeMs <= staleAfterMs ? complete : latest;
  };
  return {
    sweep: async (signal) => {
      const startedMs = clock.monotonicMs();
      const asked = await fly.inventory(signal, { gaps: 'named' });
      if (asked.outcome === 'failed') {
        latest = asked;
        first.resolve(undefined);
        return { swept: asked, diff: null, unread: NONE };
      }
      const { unread = NONE } = asked.facts;
      const facts = carried.fill(asked.facts, startedMs);
      const swept = facts === asked.facts ? asked : { ...asked, facts };
      latest = swept;
      first.resolve(undefined);
      const diff = diffInventories(complete?.facts, facts);
      complete = swept;
      completeMs = startedMs;
      return { swept, diff, unread };
    },
    current,
    known: async () => {
      await (waited ??= waitAtMost(FIRST_SWEEP_MS, first.promise, clock));
      return current();
    },
  };
}
