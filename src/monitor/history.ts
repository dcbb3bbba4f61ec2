import type { SharedResult } from '../diagnosis/index.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { Inventory, Release } from '../model/fly.ts';
import type { Logger } from '../model/logger.ts';
import type { Run } from '../model/run.ts';
import type { RunWriter, Store } from '../store/index.ts';

/** What the daemon writes down. Never throws: a store that is away must not stop the probing. */
export interface History {
  readonly run: (run: Run, evidence: TenantResult | null) => void;
  readonly shared: (at: number, result: SharedResult) => void;
  /** Takes a complete sweep; returns the releases that nobody had seen before, also before a restart. */
  readonly sweep: (inventory: Inventory) => readonly FreshRelease[];
}

export interface FreshRelease {
  readonly app: string;
  readonly release: Release;
}

export function createHistory(store: Store, writer: Pick<RunWriter, 'add'>, logger: Logger): History {
  /** What is lost of history is said once, until it works again. */
  let failing = false;
  const attempt = <Result>(write: () => Result, otherwise: Result): Result => {
    try {
      const result = write();
      failing = false;
      return result;
    } catch (error) {
      if (!failing) logger.error({ error: String(error) }, 'history cannot be written; probing goes on');
      failing = true;
      return otherwise;
    }
  };
  return {
    run: (run, evidence) => {
      writer.add({ run, evidence });
    },
    shared: (at, { monitor, platform }) => {
      attempt(() => {
        store.scopes.record({ scope: 'monitor', at, result: monitor });
        store.scopes.record({ scope: 'platform', at, result: platform });
      }, undefined);
    },
    sweep: ({ apps, claims, takenAt }) =>
      attempt(() => {
        store.claims.sweep([...claims.values()].flat(), takenAt);
        const known = store.deploys.current();
        const fresh: FreshRelease[] = [];
        for (const [app, { currentRelease: release }] of apps) {
          if (release === null) continue;
          const before = known.get(app);
          if (before?.release.id === release.id && before.release.status === release.status) continue;
          // The first sight of an app tells when its latest deploy was, not that it was now.
          if (store.deploys.record(app, release, takenAt) && before !== undefined)
            fresh.push({ app, release });
        }
        return fresh;
      }, []),
  };
}
