import type { Tenant } from '../model/tenant.ts';
import type { Clock } from '../model/time.ts';
import type { TenantSource } from './source.ts';

export interface TenantDirectoryOptions {
  /** The first that names a tenant decides its host name and app; labels of the later ones are added. */
  readonly sources: readonly TenantSource[];
  /** Ids, host names or app names, with `*` for any characters; left out whatever source lists them. */
  readonly exclude: readonly string[];
  /** A source that loses a greater share than this of its last list at once is not believed; losing all is never believed. */
  readonly maxLossShare: number;
  readonly clock: Clock;
  /** The last good list of each source by its name, from before a restart. */
  readonly lastGood?: ReadonlyMap<string, readonly Tenant[]>;
}

export interface SourceState {
  readonly name: string;
  /** `fresh`: the latest answer is in use; `kept`: the last good list is, because of `reason`; `empty`: there is none yet. */
  readonly state: 'fresh' | 'kept' | 'empty';
  /** Plain text for people; null when fresh. */
  readonly reason: string | null;
  /** Tenants in use from this source, before excludes. */
  readonly count: number;
  /** Milliseconds since the epoch; null: never. */
  readonly loadedAt: number | null;
  /** Since when the source gives no list that is believed; null while it does. */
  readonly failingSince: number | null;
}

export interface TenantList {
  readonly tenants: readonly Tenant[];
  readonly byId: ReadonlyMap<string, Tenant>;
  readonly byHostname: ReadonlyMap<string, Tenant>;
  readonly byApp: ReadonlyMap<string, Tenant>;
  readonly sources: readonly SourceState[];
  /** Against the list before. */
  readonly added: readonly Tenant[];
  readonly removed: readonly Tenant[];
}

export interface TenantDirectory {
  /** Asks every source once and never rejects: what went wrong is in `sources`. */
  readonly refresh: (signal: AbortSignal) => Promise<TenantList>;
  /** The list of the latest refresh. */
  readonly current: () => TenantList;
}
