import { diagnoseShared } from '../diagnosis/index.ts';
import { scopeOutcome } from '../incidents/index.ts';
import type { Handshake } from '../model/connection.ts';
import type { Logger } from '../model/logger.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import type { Fleet } from './fleet.ts';
import type { FlyView } from './fly-view.ts';
import type { History } from './history.ts';
import { answerOf, observePlatform, type PlatformObserver } from './observe-platform.ts';
import type { ServerDirectory } from './servers.ts';
import { discountSharedTimeouts, type StallWatch } from './stall.ts';
import { CLEAR, createHandshakeLog, PAUSE_MS, throttleStep } from './throttle.ts';
import type { Tracker } from './tracker.ts';

export interface SharedWatchOptions extends PlatformObserver {
  readonly fleet: Fleet;
  readonly view: FlyView;
  readonly servers: ServerDirectory;
  readonly tracker: Tracker;
  readonly stalls: StallWatch;
  readonly history: History;
  readonly logger: Logger;
  readonly budget: {
    readonly pause: (durationMs: number) => void;
    /** Of the configured rate, above 0 to 1. */
    readonly setShare: (share: number) => void;
  };
}

/** Keeps an eye on what is the same for all tenants, and remembers what one look alone cannot tell. */
export interface SharedWatch {
  readonly observe: (signal: AbortSignal) => Promise<PlatformSnapshot>;
  /** The latest snapshot; the very first run waits for the one that is being taken. */
  readonly latest: (signal: AbortSignal) => Promise<PlatformSnapshot>;
  /**
   * A snapshot that was begun at or after this moment (monotonic): before a tenant is blamed for what began a second ago,
   * the control names are looked at once more. Whoever asks at the same time shares one look.
   */
  readonly since: (sinceMs: number, signal: AbortSignal) => Promise<PlatformSnapshot>;
  /** Counts the handshakes of a tenant's run: the edge's limits show over many names only. */
  readonly noteHandshakes: (handshakes: readonly Handshake[]) => void;
}

export function createSharedWatch(options: SharedWatchOptions): SharedWatch {
  const { fleet, view, tracker, logger, history, clock, platform, stalls } = options;
  const log = createHandshakeLog();
  let throttle = CLEAR;
  let answer: { readonly addresses: string; readonly ttlSeconds: number } | undefined;
  let previousAnswerUntil: number | null = null;
  /** When the newest look that is over began: one that ends after it, because it waited for a timeout, tells what was. */
  let newestMs = -Infinity;
  let running: { readonly startedMs: number; readonly snapshot: Promise<PlatformSnapshot> } | undefined;

  const note = (handshakes: readonly Handshake[], control: boolean): void => {
    const nowMs = clock.monotonicMs();
    for (const { serverName, result } of handshakes) {
      log.note(serverName, result.outcome === 'observed', control, nowMs);
    }
  };

  const watchThrottling = ({ controls }: PlatformSnapshot): void => {
    for (const { handshakes } of controls) note(handshakes, true);
    const made = controls.flatMap(({ handshakes }) => handshakes);
    const controlNow =
      made.length === 0 ? undefined : made.some(({ result }) => result.outcome === 'observed');
    const nowMs = clock.monotonicMs();
    const { state, advice } = throttleStep(throttle, log.window(nowMs, controlNow), nowMs);
    throttle = state;
    if (advice === 'go-on') return;
    logger.warn({ advice }, "handshakes fail in a way that may be the edge's own limit");
    if (advice === 'pause') options.budget.pause(PAUSE_MS);
    else options.budget.setShare(advice === 'slow-down' ? 0.5 : 1);
  };

  /** After the wildcard's records changed, resolvers may serve the old answer for its TTL: that is no override. */
  const watchAnswer = ({ controls }: PlatformSnapshot): void => {
    const next = answerOf(controls.flatMap(({ lookups }) => lookups));
    if (next === undefined) return;
    if (answer !== undefined && answer.addresses !== next.addresses) {
      previousAnswerUntil = clock.now() + answer.ttlSeconds * 1000;
    }
    answer = next;
  };

  const observe = async (signal: AbortSignal): Promise<PlatformSnapshot> => {
    const startedMs = clock.monotonicMs();
    const observed = await observePlatform(
      options,
      {
        view,
        servers: options.servers.servers(signal),
        priority: 'suspects',
        throttled: throttle.phase !== 'clear',
        previousAnswerUntil,
      },
      signal,
    );
    const snapshot = stalls.since(startedMs) ? discountSharedTimeouts(observed) : observed;
    // What a shutdown cut short says nothing, nor does what a newer look has replaced.
    if (signal.aborted || startedMs < newestMs) return snapshot;
    newestMs = startedMs;
    watchThrottling(snapshot);
    watchAnswer(snapshot);
    const result = diagnoseShared(snapshot, platform);
    fleet.setShared({ snapshot, result, at: snapshot.takenAt });
    history.shared(snapshot.takenAt, result);
    tracker.note(scopeOutcome('monitor', result.monitor, snapshot.takenAt));
    tracker.note(scopeOutcome('platform', result.platform, snapshot.takenAt));
    tracker.flush();
    return snapshot;
  };

  const start = (signal: AbortSignal): Promise<PlatformSnapshot> => {
    const snapshot = observe(signal);
    running = { startedMs: clock.monotonicMs(), snapshot };
    return snapshot;
  };

  return {
    observe: start,
    latest: (signal) => {
      const latest = fleet.shared();
      if (latest !== undefined) return Promise.resolve(latest.snapshot);
      return running?.snapshot ?? start(signal);
    },
    since: (sinceMs, signal) =>
      running !== undefined && running.startedMs >= sinceMs ? running.snapshot : start(signal),
    noteHandshakes: (handshakes) => {
      note(handshakes, false);
    },
  };
}
