import type { Logger } from '../model/logger.ts';
import type { Tenant } from '../model/tenant.ts';
import { plainText } from '../model/text.ts';
import type { Clock } from '../model/time.ts';
import { mergeTenants } from './entry.ts';
import type { TenantSource } from './source.ts';

const MAX_REASON_LENGTH = 1_000;

export interface TenantDirectoryOptions {
  /** The first that names a tenant decides its host name and app; labels of the later ones are added. */
  readonly sources: readonly TenantSource[];
  /** A source that loses a greater share than this of its last list at once is not believed; losing all is never believed. */
  readonly maxLossShare: number;
  readonly clock: Clock;
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
  /** The last good list of each source, in their order, from before a restart; null where there is none. */
  readonly lastGood?: readonly (readonly Tenant[] | null)[];
}

interface SourceState {
  readonly name: string;
  /** `fresh`: the latest answer is in use; `kept`: the last good list is, because of `reason`; `empty`: there is none yet. */
  readonly state: 'fresh' | 'kept' | 'empty';
  /** Plain text for people; null when fresh. */
  readonly reason: string | null;
  /** How many of the tenants in use the latest answer does not have, when it is not believed for that; else null. */
  readonly lost: number | null;
  /** In use from this source. */
  readonly tenants: readonly Tenant[];
  /** Milliseconds since the epoch; null: never. */
  readonly loadedAt: number | null;
  /** Since when the source gives no list that is believed; null while it does. */
  readonly failingSince: number | null;
}

interface TenantList {
  readonly tenants: readonly Tenant[];
  /** Every source has given a list, now or earlier: a tenant that is missing here is really gone. */
  readonly complete: boolean;
  readonly byId: ReadonlyMap<string, Tenant>;
  readonly byHostname: ReadonlyMap<string, Tenant>;
  readonly byApp: ReadonlyMap<string, Tenant>;
  readonly sources: readonly SourceState[];
  /** Against the list before, by id. */
  readonly added: readonly Tenant[];
  readonly removed: readonly Tenant[];
}

export interface TenantDirectory {
  /**
   * Asks every source once and never rejects: what went wrong is in `sources`. The sources named in `acceptLoss` are
   * believed however much they lost: how an operator confirms that the tenants are really gone.
   */
  readonly refresh: (
    signal: AbortSignal,
    options?: { readonly acceptLoss?: ReadonlySet<string> },
  ) => Promise<TenantList>;
  /** The list of the latest refresh. */
  readonly current: () => TenantList;
}

interface Loss {
  readonly lost: number;
  readonly reason: string;
}

/** Why a new list is not believed; null: it is. */
export function unbelievableLoss(
  before: readonly Tenant[],
  after: readonly Tenant[],
  maxLossShare: number,
): Loss | null {
  if (before === after || before.length === 0) return null;
  if (after.length === 0)
    return {
      lost: before.length,
      reason:
        before.length === 1
          ? 'it lists no tenant any more'
          : `it lists none of ${before.length} tenants any more`,
    };
  const ids = new Set(after.map((tenant) => tenant.id));
  const lost = before.filter((tenant) => !ids.has(tenant.id)).length;
  if (lost / before.length <= maxLossShare) return null;
  return { lost, reason: `it lost ${lost} of ${before.length} tenants at once` };
}

function isComplete(sources: readonly SourceState[]): boolean {
  return sources.every(({ state }) => state !== 'empty');
}

function listOf(sources: readonly SourceState[], before: TenantList | null): TenantList {
  const tenants = mergeTenants(sources.map((source) => source.tenants));
  const index = (key: 'id' | 'hostname' | 'app'): ReadonlyMap<string, Tenant> => {
    const map = new Map<string, Tenant>();
    for (const tenant of tenants) if (!map.has(tenant[key])) map.set(tenant[key], tenant);
    return map;
  };
  const byId = index('id');
  return {
    tenants,
    complete: isComplete(sources),
    byId,
    byHostname: index('hostname'),
    byApp: index('app'),
    sources,
    added: tenants.filter((tenant) => before?.byId.has(tenant.id) !== true),
    removed: before === null ? [] : before.tenants.filter((tenant) => !byId.has(tenant.id)),
  };
}

export function createTenantDirectory(options: TenantDirectoryOptions): TenantDirectory {
  const { clock, logger, maxLossShare } = options;
  let latest = listOf(
    options.sources.map((source, index) => {
      const tenants = source.fixed ?? options.lastGood?.[index] ?? null;
      return {
        name: source.name,
        state: tenants === null ? 'empty' : 'kept',
        reason: 'it was not asked yet',
        lost: null,
        tenants: tenants ?? [],
        loadedAt: null,
        failingSince: null,
      };
    }),
    null,
  );

  function keep(before: SourceState, reason: string, lost: number | null = null): SourceState {
    const isNew = before.failingSince === null;
    const state = before.state === 'empty' ? 'empty' : 'kept';
    // Wherever the reason stands, the name of the source stands before it.
    const said = plainText(reason.replaceAll(`${before.name}: `, ''), MAX_REASON_LENGTH);
    if (isNew || before.reason !== said) {
      const { name: source, tenants } = before;
      const advice = lost === null ? '' : `; if they are really gone: tenantwatch tenants accept '${source}'`;
      logger?.warn(
        { source, reason: said, tenants: tenants.length },
        state === 'empty'
          ? 'tenant source gives no list yet'
          : `tenant source ${lost === null ? 'fails' : 'is not believed'}, its last good list stays in use${advice}`,
      );
    }
    return { ...before, state, reason: said, lost, failingSince: before.failingSince ?? clock.now() };
  }

  async function ask(
    source: TenantSource,
    before: SourceState,
    acceptLoss: boolean,
    signal: AbortSignal,
  ): Promise<SourceState> {
    let tenants: readonly Tenant[];
    try {
      tenants = await source.load(signal);
    } catch (error) {
      return signal.aborted ? before : keep(before, error instanceof Error ? error.message : String(error));
    }
    const trusted = acceptLoss || source.fixed !== undefined;
    const loss = trusted ? null : unbelievableLoss(before.tenants, tenants, maxLossShare);
    if (loss !== null) return keep(before, loss.reason, loss.lost);
    if (before.failingSince !== null)
      logger?.info({ source: source.name, tenants: tenants.length }, 'tenant source is believed again');
    return {
      name: source.name,
      state: 'fresh',
      reason: null,
      lost: null,
      tenants,
      loadedAt: clock.now(),
      failingSince: null,
    };
  }

  return {
    refresh: async (signal, { acceptLoss } = {}) => {
      const states = latest.sources;
      const sources = await Promise.all(
        options.sources.map((source, index) => {
          const before = states[index];
          if (before === undefined) throw new Error(`no state of tenant source ${source.name}`);
          return ask(source, before, acceptLoss?.has(source.name) === true, signal);
        }),
      );
      // In a large fleet, putting the same lists together again every half minute would hold up the probes.
      const same = sources.every(({ tenants }, index) => tenants === states[index]?.tenants);
      latest = same
        ? { ...latest, complete: isComplete(sources), sources, added: [], removed: [] }
        : listOf(sources, latest);
      return latest;
    },
    current: () => latest,
  };
}
