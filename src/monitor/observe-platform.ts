import { wildcardHostname } from '../checks/claims.ts';
import { type HttpFacts } from '../model/connection.ts';
import type { DnsLookup } from '../model/dns.ts';
import { notTaken, type Taken } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { Priority } from '../model/priority.ts';
import type { ControlSnapshot, MonitorSnapshot, PlatformSnapshot } from '../model/snapshot.ts';
import type { Clock, Random } from '../model/time.ts';
import type { Probes } from '../probes/index.ts';
import type { Servers } from './servers.ts';
import type { FlyView } from './fly-view.ts';
import { isRefusedLate, observeBehindProxy, observeEdge } from './observe-edge.ts';

export interface PlatformObserver {
  readonly probes: Probes;
  readonly clock: Clock;
  readonly random: Random;
  readonly platform: Platform;
  /** `auto` asks Fly, a list replaces the answer. */
  readonly addresses: 'auto' | readonly string[];
  readonly managementHealthUrl: string | null;
  /** Host (or address) and port of places that have nothing to do with the platform. */
  readonly witnesses: readonly string[];
  /** Our clock minus Fly's, from its latest answers, milliseconds. */
  readonly clockSamples: () => readonly number[];
}

export interface PlatformRequest {
  readonly view: FlyView;
  readonly servers: Servers;
  readonly priority: Priority;
  readonly throttled: boolean;
  readonly previousAnswerUntil: number | null;
}

/** Two fresh names: one name alone could be hit by a limit on its own SNI, or be in a cache. */
const CONTROLS = 2;

/** Takes what is the same for all tenants: the control names, the management app, and how we ourselves are. */
export async function observePlatform(
  observer: PlatformObserver,
  { view, servers, priority, throttled, previousAnswerUntil }: PlatformRequest,
  signal: AbortSignal,
): Promise<PlatformSnapshot> {
  const { probes, clock } = observer;
  const takenAt = clock.now();
  const asked = view.management(signal);
  const addresses = asked.then((fly): Taken<readonly string[]> =>
    observer.addresses === 'auto'
      ? fly.addresses
      : { outcome: 'observed', at: takenAt, durationMs: 0, facts: observer.addresses },
  );
  const [controls, fly, wildcardClaims, health, witnesses] = await Promise.all([
    observeControls(observer, { servers, priority, addresses }, signal),
    asked,
    view.wildcardClaims(signal),
    observeHealth(observer, priority, signal),
    Promise.all(observer.witnesses.map((address) => probes.witness(address, address, signal))),
  ]);
  return {
    takenAt,
    controls,
    management: {
      certificates: fly.certificates,
      machines: fly.machines,
      addresses: await addresses,
      health,
    },
    wildcardClaims,
    previousAnswerUntil,
    monitor: {
      flyApi: view.status(),
      witnesses,
      clock: clockOf([...observer.clockSamples(), ...samplesOf(controls)], takenAt),
      throttled,
    },
  };
}

interface ControlRequest {
  readonly servers: Servers;
  readonly priority: Priority;
  readonly addresses: Promise<Taken<readonly string[]>>;
}

/** One of them is asked for its answer, too: what an unknown tenant's name gets. */
async function observeControls(
  observer: PlatformObserver,
  request: ControlRequest,
  signal: AbortSignal,
): Promise<readonly ControlSnapshot[]> {
  const controls = await Promise.all(
    Array.from({ length: CONTROLS }, (_, index) => observeControl(observer, request, index === 0, signal)),
  );
  const [first] = controls;
  if (first?.handshakes.some(isRefusedLate) !== true) return controls;
  // A refusal in place of an answer shows only to those who ask: the others have to.
  const others = controls.slice(1).map(() => observeControl(observer, request, true, signal));
  return [first, ...(await Promise.all(others))];
}

async function observeControl(
  { probes, clock, random, platform }: PlatformObserver,
  { servers, priority, addresses }: ControlRequest,
  request: boolean,
  signal: AbortSignal,
): Promise<ControlSnapshot> {
  const name = controlName(platform, random);
  const [edge, managementHandshakes] = await Promise.all([
    observeEdge(
      probes,
      clock,
      { hostname: name, port: platform.httpsPort, servers, priority, request },
      signal,
    ),
    observeBehindProxy(probes, platform, { hostname: name, priority, addresses }, signal),
  ]);
  return { name, ...edge, managementHandshakes };
}

/** A random label that no tenant owns: the prefix keeps it out of every sensible pattern of ids. */
export function controlName(platform: Platform, random: Random): string {
  const label = Array.from({ length: 12 }, () => Math.floor(random() * 36).toString(36)).join('');
  return `control-${label}.${wildcardHostname(platform).slice(2)}`;
}

async function observeHealth(
  { probes, managementHealthUrl }: PlatformObserver,
  priority: Priority,
  signal: AbortSignal,
): Promise<Taken<HttpFacts>> {
  if (managementHealthUrl === null) return notTaken('not-configured');
  return probes.get(managementHealthUrl, signal, priority);
}

/** Our clock minus the edge's. A `Date` header is cut to whole seconds: half of one is its expected error. */
function samplesOf(controls: readonly ControlSnapshot[]): readonly number[] {
  return controls.flatMap(({ site }) =>
    site.outcome === 'observed' && site.facts.serverDate !== null
      ? [site.at + site.durationMs - site.facts.serverDate - 500]
      : [],
  );
}

function clockOf(samples: readonly number[], at: number): MonitorSnapshot['clock'] {
  if (samples.length === 0) return notTaken('not-needed');
  const sorted = samples.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return {
    outcome: 'observed',
    at,
    durationMs: 0,
    facts: { skewMs: Math.round(median), samples: samples.length },
  };
}

/** What a control name answered, to notice later that the answer changed: addresses of all families, sorted. */
export function answerOf(
  lookups: readonly DnsLookup[],
): { readonly addresses: string; readonly ttlSeconds: number } | undefined {
  const answers = lookups.flatMap((lookup) =>
    [lookup.ipv4, lookup.ipv6].flatMap((one) => (one.outcome === 'observed' ? [one.facts] : [])),
  );
  if (answers.every((answer) => answer.addresses.length === 0)) return undefined;
  const addresses = [...new Set(answers.flatMap((answer) => answer.addresses))].toSorted().join(' ');
  return { addresses, ttlSeconds: Math.max(0, ...answers.map((answer) => answer.ttlSeconds ?? 0)) };
}
