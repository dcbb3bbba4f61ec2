import type { Handshake, HttpFacts } from './connection.ts';
import type { DnsLookup } from './dns.ts';
import type { Claim, Machine } from './fly.ts';
import type { Observation, Taken } from './observation.ts';
import type { Tenant } from './tenant.ts';
import type { Trigger } from './verdict.ts';

/** All observations about one tenant in one run: the only input of the tenant's checks. */
export interface TenantSnapshot {
  readonly tenant: Tenant;
  /** Milliseconds since the epoch. */
  readonly takenAt: number;
  readonly trigger: Trigger;
  /** The tenant's name at every resolver, and at the zone's own name servers where they are asked. */
  readonly lookups: readonly DnsLookup[];
  /** To every address that the name resolves to; after a failure several fresh attempts per address. */
  readonly handshakes: readonly Handshake[];
  /** With `edge: proxied`: the tenant's SNI straight to the management app's own addresses. Empty otherwise. */
  readonly managementHandshakes: readonly Handshake[];
  readonly site: Taken<HttpFacts>;
  readonly direct: Taken<HttpFacts>;
  /** Every claim of the tenant's app, all pages. An app that Fly does not know fails with `not-found`. */
  readonly certificates: Taken<readonly Claim[]>;
  readonly machines: Taken<readonly Machine[]>;
  /** Claims of the hostname by apps other than the tenant's and the management app. */
  readonly otherClaims: Taken<readonly Claim[]>;
  /** Failed handshakes for the host name that Fly's edge counted over the last five minutes, of all visitors; absent where nobody tells. */
  readonly edgeErrors?: number;
  readonly platform: PlatformSnapshot;
}

/** What is the same for all tenants, taken once for each sweep or gate run, with the monitor's view of itself. */
export interface PlatformSnapshot {
  readonly takenAt: number;
  /** Fresh random labels under the wildcard; at least one, two where the edge is judged. */
  readonly controls: readonly ControlSnapshot[];
  readonly management: ManagementSnapshot;
  /** Claims of `*.<domain>` by apps other than the management app. */
  readonly wildcardClaims: Taken<readonly Claim[]>;
  /** Until when resolvers may still serve what the control names answered before they last changed; null: no change known. */
  readonly previousAnswerUntil: number | null;
  readonly monitor: MonitorSnapshot;
}

export interface ControlSnapshot {
  readonly name: string;
  readonly lookups: readonly DnsLookup[];
  readonly handshakes: readonly Handshake[];
  /** With `edge: proxied`: the control's SNI straight to the management app's own addresses. */
  readonly managementHandshakes?: readonly Handshake[];
  /** The answer to an unknown tenant's name: what a catch-all or "no such tenant" looks like. */
  readonly site: Taken<HttpFacts>;
}

export interface ManagementSnapshot {
  readonly certificates: Taken<readonly Claim[]>;
  readonly machines: Taken<readonly Machine[]>;
  /** Public addresses, dedicated and shared, canonical text; from Fly, or from the configuration. */
  readonly addresses: Taken<readonly string[]>;
  /** Its own health URL, when one is configured. */
  readonly health: Taken<HttpFacts>;
}

export interface MonitorSnapshot {
  /** The latest call to Fly's API. */
  readonly flyApi: Taken<{ readonly api: 'graphql' | 'machines' }>;
  /** Plain TCP connections to places that have nothing to do with the platform. */
  readonly witnesses: readonly Witness[];
  /** Our clock minus the servers', from `Date` headers, milliseconds; the median. */
  readonly clock: Taken<{ readonly skewMs: number; readonly samples: number }>;
  /** Do failing handshakes look like the edge's own limits? Judged over many names by the monitor, see `monitor/throttle.ts`. */
  readonly throttled: boolean;
}

export interface Witness {
  readonly name: string;
  readonly result: Observation<{ readonly connectMs: number }>;
}
