import { setImmediate } from 'node:timers/promises';
import type { SharedResult } from '../diagnosis/index.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { Inventory, Release } from '../model/fly.ts';
import type { Deploy } from '../model/history.ts';
import type { Logger } from '../model/logger.ts';
import type { Run } from '../model/run.ts';
import type { Tenant } from '../model/tenant.ts';
import type { RunWriter, Store } from '../store/index.ts';

/** What the daemon writes down. Never throws: a store that is away must not stop the probing. */
export interface History {
  readonly run: (run: Run, evidence: TenantResult | null) => void;
  readonly shared: (at: number, result: SharedResult) => void;
  /** Releases, and ends of releases under way, that no sweep had seen before, also before a restart. Writes nothing. */
  readonly freshReleases: (inventory: Inventory) => readonly FreshRelease[];
  /**
   * Takes a complete sweep: what was fresh in it is known from now on. The claims of apps that are `unread` stay as they were.
   */
  readonly sweep: (inventory: Inventory, unread?: ReadonlySet<string>) => Promise<void>;
  /** The tenant's deploy was noticed then and must be verified, also after a restart. */
  readonly deployDue: (tenant: string, at: number) => void;
  readonly deployDone: (tenant: string) => void;
  /** What was due at the last end of the process; the release is null when no sweep wrote it down. */
  readonly deploysDue: (tenants: readonly Tenant[]) => readonly DueDeploy[];
}

export interface FreshRelease {
  readonly app: string;
  readonly release: Release;
}

export interface DueDeploy {
  readonly tenant: string;
  readonly at: number;
  readonly release: Release | null;
}

/** Written in one go: some ten milliseconds. */
const RELEASES_AT_ONCE = 200;

/** The name under which deploys that must be verified stand among what is due. */
const DEPLOYS = 'deploy';

export function createHistory(store: Store, writer: Pick<RunWriter, 'add'>, logger: Logger): History {
  /** What is lost of history is said once, until it works again. */
  let failing = false;
  const attempt = <Result>(work: () => Result, otherwise: Result): Result => {
    try {
      return work();
    } catch (error) {
      if (!failing) logger.error({ error: String(error) }, 'history cannot be written; probing goes on');
      failing = true;
      return otherwise;
    }
  };
  /** That reading works proves nothing: a full disk can be read. */
  const write = (work: () => unknown): void => {
    const written = attempt(() => {
      work();
      return true;
    }, false);
    if (!written || !failing) return;
    failing = false;
    logger.info({}, 'history is written again');
  };
  return {
    run: (run, evidence) => {
      writer.add({ run, evidence });
    },
    shared: (at, { monitor, platform }) => {
      write(() => {
        store.scopes.record({ scope: 'monitor', at, result: monitor });
        store.scopes.record({ scope: 'platform', at, result: platform });
      });
    },
    freshReleases: ({ apps }) =>
      attempt(() => {
        const known = store.deploys.current();
        return [...apps].flatMap(([app, { currentRelease: release }]) => {
          const before = known.get(app)?.release;
          // The first sight of an app tells when its latest deploy was, not that it was now.
          if (release === null || before === undefined || isSame(before, release)) return [];
          return [{ app, release }];
        });
      }, []),
    sweep: async ({ apps, claims, takenAt }, unread) => {
      write(() => store.claims.sweep([...claims.values()].flat(), takenAt, unread));
      await setImmediate();
      const known = attempt(() => store.deploys.current(), new Map<string, Deploy>());
      const unknown = [...apps].flatMap(([app, { currentRelease: release }]) => {
        const before = known.get(app)?.release;
        return release === null || (before !== undefined && isSame(before, release))
          ? []
          : [{ app, release }];
      });
      // The first sweep of a large organization has all of them.
      for (let from = 0; from < unknown.length; from += RELEASES_AT_ONCE) {
        write(() => {
          store.deploys.recordAll(unknown.slice(from, from + RELEASES_AT_ONCE), takenAt);
        });
        await setImmediate();
      }
    },
    deployDue: (tenant, at) => {
      write(() => {
        store.dueTimes.save(DEPLOYS, [{ tenant, dueAt: at }]);
      });
    },
    deployDone: (tenant) => {
      write(() => {
        store.dueTimes.remove(DEPLOYS, [tenant]);
      });
    },
    deploysDue: (tenants) =>
      attempt(() => {
        const due = store.dueTimes.load(DEPLOYS);
        if (due.length === 0) return [];
        const apps = new Map(tenants.map(({ id, app }) => [id, app]));
        const current = store.deploys.current();
        return due.flatMap(({ tenant, dueAt: at }) =>
          tenant === null
            ? []
            : [{ tenant, at, release: current.get(apps.get(tenant) ?? '')?.release ?? null }],
        );
      }, []),
  };
}

/** Rolling a release out takes a while; when that ends, what serves is another thing again. */
function isSame(one: Release, other: Release): boolean {
  return one.id === other.id && one.status === other.status;
}
