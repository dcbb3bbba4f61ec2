import type { Config } from '../config/index.ts';
import type { Json } from '../model/json.ts';
import type { Logger } from '../model/logger.ts';
import type { Platform } from '../model/platform.ts';
import { TENANT_LISTS, type TenantListOfSource } from '../model/tenant-list.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Clock } from '../model/time.ts';
import type { InventoryKeeper } from '../monitor/inventory.ts';
import type { AuditTable, SmallStateTable } from '../store/index.ts';
import {
  createFileSource,
  createFlySource,
  createHttpSource,
  createListSource,
  createTenantDirectory,
  excluder,
  excluding,
  type TenantDirectory,
  type TenantSource,
} from '../tenants/index.ts';
import { acceptedLosses } from './accepted-losses.ts';
import { userAgent } from './probing.ts';

export interface SourcesHost {
  readonly platform: Platform;
  readonly version: string;
  readonly clock: Clock;
  /** Names of all apps of the organization; null: nobody may ask Fly, and the sources that would are left out. */
  readonly apps: ((signal: AbortSignal) => Promise<Iterable<string>>) | null;
}

/** The configured sources, in order. */
export function tenantSources(config: Config, host: SourcesHost): readonly TenantSource[] {
  return config.tenants.flatMap((source): readonly TenantSource[] => {
    const made = tenantSource(source, config, host);
    return made === null ? [] : [excluding(made, source.exclude)];
  });
}

function tenantSource(
  source: Config['tenants'][number],
  config: Config,
  { platform, version, clock, apps }: SourcesHost,
): TenantSource | null {
  switch (source.source) {
    case 'fly':
      return apps === null ? null : createFlySource(apps, platform);
    case 'list':
      return createListSource(source.tenants, platform);
    case 'file':
      return createFileSource(source.path, platform);
    case 'http': {
      const agent = userAgent(version, config.network.contactUrl);
      return createHttpSource({ url: source.url, plan: platform, userAgent: agent, clock });
    }
  }
}

/** The tenants of all sources, once. Rejects when a source fails: a gate over a part of the tenants would be green by accident. */
export async function loadTenants(
  config: Config,
  host: SourcesHost,
  signal: AbortSignal,
): Promise<readonly Tenant[]> {
  const sources = tenantSources(config, host);
  const { clock } = host;
  const directory = createTenantDirectory({ sources, maxLossShare: config.watch.maxLossShare, clock });
  const list = await directory.refresh(signal);
  const failed = list.sources.find(({ reason }) => reason !== null);
  if (failed !== undefined) throw new Error(`tenants from ${failed.name}: ${failed.reason ?? ''}`);
  return list.tenants;
}

export interface DirectoryHost extends Omit<SourcesHost, 'apps'> {
  readonly inventory: InventoryKeeper;
  readonly smallState: SmallStateTable;
  readonly audit: Pick<AuditTable, 'add'>;
  readonly logger: Logger;
}

export interface DaemonDirectory extends TenantDirectory {
  /** Has an operator confirmed a loss since the last refresh? */
  readonly mustAsk: () => boolean;
}

/** The daemon's list of tenants: Fly's apps come from the latest sweep, the last good lists survive a restart. */
export function createDaemonDirectory(config: Config, host: DirectoryHost): DaemonDirectory {
  const { inventory, smallState, clock, logger } = host;
  const apps = (): Promise<Iterable<string>> => {
    const swept = inventory.current();
    return swept.outcome === 'observed'
      ? Promise.resolve(swept.facts.apps.keys())
      : Promise.reject(new Error(swept.failure.detail));
  };
  const sources = tenantSources(config, { ...host, apps });
  const directory = createTenantDirectory({
    sources,
    maxLossShare: config.watch.maxLossShare,
    clock,
    logger,
    lastGood: lastGoodLists(smallState.get(TENANT_LISTS), sources, config.tenants),
  });
  const losses = acceptedLosses(host);

  /** The states that were saved with the lists; undefined when the lists must be saved anyhow. */
  let saved: string | undefined;
  const save = (list: ReturnType<TenantDirectory['current']>): void => {
    const states = JSON.stringify(list.sources.map(({ reason }) => reason));
    if (saved === states && list.added.length === 0 && list.removed.length === 0) return;
    try {
      const lists: readonly TenantListOfSource[] = list.sources.map(
        ({ name, tenants, reason, failingSince, lost }) => ({ name, tenants, reason, failingSince, lost }),
      );
      smallState.set(TENANT_LISTS, lists as unknown as Json);
      saved = states;
    } catch (error) {
      saved = undefined;
      logger.warn({ error: String(error) }, 'the list of tenants could not be kept for the next start');
    }
  };

  return {
    current: directory.current,
    mustAsk: () => losses.inForce().length > 0,
    refresh: async (signal) => {
      const accepted = losses.inForce();
      const before = directory.current().sources;
      const list = await directory.refresh(signal, {
        acceptLoss: new Set(accepted.map(({ source }) => source)),
      });
      if (signal.aborted) return list;
      save(list);
      losses.settle(accepted, before, list.sources);
      return list;
    },
  };
}

/** The list that was kept of each source, wherever it stands in the configuration now; what is excluded now is not missed. */
function lastGoodLists(
  kept: Json | undefined,
  sources: readonly TenantSource[],
  configured: Config['tenants'],
): readonly (readonly Tenant[] | null)[] {
  const lists = [...((kept as unknown as TenantListOfSource[] | undefined) ?? [])];
  return sources.map(({ name }, index) => {
    const found = lists.findIndex((list) => list.name === name);
    // Each list once: two sources of one name keep their order.
    const [list] = found === -1 ? [] : lists.splice(found, 1);
    if (list === undefined) return null;
    const isExcluded = excluder(configured[index]?.exclude ?? []);
    return list.tenants.filter((tenant) => !isExcluded(tenant));
  });
}
