import type { Handshake } from '../model/connection.ts';
import type { DnsLookup } from '../model/dns.ts';
import type { Observation, Taken } from '../model/observation.ts';
import type { ControlSnapshot, PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import type { Clock } from '../model/time.ts';

/** Notices when this process did not run: a blocked event loop, a stopped process, a suspended machine. */
export interface StallWatch {
  /** Did a stall overlap the time since then (monotonic)? What timed out meanwhile is our fault, not the tenant's. */
  readonly since: (fromMs: number) => boolean;
  readonly stop: () => void;
}

const BEAT_MS = 250;

/** Longer than a garbage collection or a slow page, far shorter than a handshake's deadline. */
const STALL_MS = 1_000;

export function watchStalls(clock: Clock, stalled: (durationMs: number) => void): StallWatch {
  let lastBeatMs = clock.monotonicMs();
  let lastWall = clock.now();
  let lastStallEndMs = Number.NEGATIVE_INFINITY;
  const beat = (): void => {
    const nowMs = clock.monotonicMs();
    // The monotonic clock stands still while a machine is suspended; the wall clock tells.
    const now = clock.now();
    const gapMs = Math.max(nowMs - lastBeatMs, Math.min(now - lastWall, MAX_SUSPENSION_MS)) - BEAT_MS;
    lastBeatMs = nowMs;
    lastWall = now;
    if (gapMs < STALL_MS) return;
    lastStallEndMs = nowMs;
    stalled(gapMs);
  };
  const timer = setInterval(beat, BEAT_MS);
  timer.unref();
  return {
    since: (fromMs) => {
      beat();
      return lastStallEndMs >= fromMs;
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** A wall clock that was set forward looks like a suspension; it is reported as one, of at most a day. */
const MAX_SUSPENSION_MS = 86_400_000;

/** The snapshot as it may be judged after a stall: what timed out is what we stopped looking at. */
export function discountTimeouts(snapshot: TenantSnapshot): TenantSnapshot {
  return {
    ...snapshot,
    lookups: snapshot.lookups.map(lookup),
    handshakes: snapshot.handshakes.map(handshake),
    managementHandshakes: snapshot.managementHandshakes.map(handshake),
    site: taken(snapshot.site),
    direct: taken(snapshot.direct),
    certificates: taken(snapshot.certificates),
    machines: taken(snapshot.machines),
    platform: discountSharedTimeouts(snapshot.platform),
  };
}

export function discountSharedTimeouts(snapshot: PlatformSnapshot): PlatformSnapshot {
  const { management, monitor } = snapshot;
  return {
    ...snapshot,
    controls: snapshot.controls.map(control),
    management: {
      ...management,
      health: taken(management.health),
      certificates: taken(management.certificates),
    },
    monitor: { ...monitor, flyApi: taken(monitor.flyApi) },
  };
}

function control(one: ControlSnapshot): ControlSnapshot {
  return {
    ...one,
    lookups: one.lookups.map(lookup),
    handshakes: one.handshakes.map(handshake),
    site: taken(one.site),
  };
}

function lookup(one: DnsLookup): DnsLookup {
  return { ...one, ipv4: observation(one.ipv4), ipv6: observation(one.ipv6) };
}

function handshake(one: Handshake): Handshake {
  return { ...one, result: observation(one.result) };
}

function taken<Facts>(one: Taken<Facts>): Taken<Facts> {
  return one.outcome === 'not-taken' ? one : observation(one);
}

function observation<Facts>(one: Observation<Facts>): Observation<Facts> {
  if (one.outcome === 'observed' || one.failure.code !== 'timeout') return one;
  const detail = 'the monitor itself was stalled';
  return { ...one, failure: { phase: one.failure.phase, code: 'aborted', detail } };
}
