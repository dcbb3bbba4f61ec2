import type { HttpFacts } from '../model/connection.ts';
import type { Machine } from '../model/fly.ts';
import { factsOf, notTaken, type Taken } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { Priority } from '../model/priority.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Clock } from '../model/time.ts';
import type { Trigger } from '../model/verdict.ts';
import type { Probes } from '../probes/index.ts';
import type { Servers } from './servers.ts';
import type { FlyView } from './fly-view.ts';
import type { SnapshotPart } from './live-checks.ts';
import { observeBehindProxy, observeEdge } from './observe-edge.ts';

export interface TenantObserver {
  readonly probes: Probes;
  readonly clock: Clock;
  readonly platform: Platform;
}

export interface TenantRequest {
  readonly tenant: Tenant;
  readonly trigger: Trigger;
  readonly priority: Priority;
  readonly view: FlyView;
  readonly servers: Servers;
  /** May requests be sent to an app whose machines are asleep? */
  readonly wake: boolean;
  /** Handshakes only, for the quick look at suspects. */
  readonly handshakeOnly: boolean;
  /** Taken side by side with the tenant's own observations. */
  readonly shared: Promise<PlatformSnapshot>;
  /** Told each part as soon as it was taken, for live progress. */
  readonly onPart?: ((part: SnapshotPart) => void) | undefined;
}

/** Takes all observations about one tenant, side by side where one does not need the other. */
export async function observeTenant(
  { probes, clock, platform }: TenantObserver,
  request: TenantRequest,
  signal: AbortSignal,
): Promise<TenantSnapshot> {
  const { tenant, trigger, priority, view, servers, wake, handshakeOnly, shared } = request;
  const takenAt = clock.now();
  const flyTaken = view.tenant(tenant, signal);
  // Whether a request would wake somebody must be known before one is sent.
  const asleep = !wake && allAsleep(factsOf((await flyTaken).machines));
  const quiet = asleep || handshakeOnly;
  const told = <Part extends SnapshotPart>(part: Part): Part => {
    request.onPart?.(part);
    return part;
  };
  const { hostname } = tenant;
  const addresses = shared.then(({ management }) => management.addresses);
  const onLookups = (lookups: TenantSnapshot['lookups']): void => void told({ lookups });
  const edgeRequest = { hostname, port: platform.httpsPort, servers, priority, request: !quiet, onLookups };
  const [fly, edge, direct, behind, platformSnapshot] = await Promise.all([
    flyTaken.then(told),
    observeEdge(probes, clock, edgeRequest, signal).then(({ lookups, handshakes, site }) =>
      told({ lookups, handshakes, site: asleep && site.outcome === 'not-taken' ? notTaken('asleep') : site }),
    ),
    (quiet
      ? Promise.resolve(notTaken(asleep ? 'asleep' : 'not-needed'))
      : observeDirect(probes, platform, tenant, priority, signal)
    ).then((direct) => told({ direct })),
    observeBehindProxy(probes, platform, { hostname, priority, addresses }, signal).then(
      (managementHandshakes) => told({ managementHandshakes }),
    ),
    shared.then((taken) => told({ platform: taken })),
  ]);
  return { tenant, takenAt, trigger, ...edge, ...direct, ...fly, ...behind, ...platformSnapshot };
}

/** All machines are asleep: at least one exists, and none runs or is about to. */
export function allAsleep(machines: readonly Machine[] | undefined): boolean {
  if (machines === undefined || machines.length === 0) return false;
  return machines.every(({ state }) => state === 'stopped' || state === 'suspended');
}

async function observeDirect(
  probes: Probes,
  platform: Platform,
  tenant: Tenant,
  priority: Priority,
  signal: AbortSignal,
): Promise<Taken<HttpFacts>> {
  const hostname = platform.directHost.replaceAll('{app}', tenant.app);
  return probes.direct(hostname, platform.httpsPort, signal, priority);
}
