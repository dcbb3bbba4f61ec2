import { diagnoseShared, diagnoseTenant } from '../diagnosis/index.ts';
import { tenantOutcome } from '../incidents/index.ts';
import type { CheckResult } from '../model/check.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { Priority } from '../model/priority.ts';
import type { Recorder } from '../model/recorder.ts';
import type { Run } from '../model/run.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { stagesOf, type StageTimings } from '../model/stages.ts';
import type { Tenant } from '../model/tenant.ts';
import { SECOND_MS } from '../model/time.ts';
import type { Trigger } from '../model/verdict.ts';
import { createDeployWatch } from './deploy-watch.ts';
import type { Dispatch } from './dispatch.ts';
import { createEarlySweep } from './early-sweep.ts';
import type { LatestResult } from './fleet.ts';
import type { FlyView } from './fly-view.ts';
import { createLiveChecks } from './live-checks.ts';
import { observeTenant, type TenantRequest } from './observe-tenant.ts';
import { createSharedWatch, type SharedWatchOptions } from './shared-watch.ts';
import { discountTimeouts } from './stall.ts';
import { createSuspects, handshakeChanged } from './suspects.ts';
import { createSweep, type SweepOptions } from './sweep.ts';

export interface DaemonOptions extends SharedWatchOptions, SweepOptions {
  /** Asks about the tenant's app now, for somebody who waits: what a sweep saw may be older than the deploy they ask about. */
  readonly liveView: FlyView;
  readonly recorder: Recorder;
  /** May scheduled runs wake sleeping apps? */
  readonly wake: boolean;
  /** Sweeps the organization now; resolves when a sweep is over that began after the call. */
  readonly sweepNow: () => Promise<void>;
  /** A deploy of this app was verified: silences bound to it end. */
  readonly deployVerified: (app: string) => void;
}

export interface RunOptions {
  readonly onCheck?: (result: CheckResult) => void;
  /** Ask Fly about the tenant's app now, or take what the latest sweep saw. */
  readonly facts?: 'live' | 'swept';
}

/** The work of the loops. Who calls it when is the schedule's business. */
export interface Daemon {
  readonly sweep: (signal: AbortSignal) => Promise<void>;
  readonly observeShared: (signal: AbortSignal) => Promise<void>;
  /** Undefined when the tenant is not in the fleet, or the signal ended the run. */
  readonly verify: (
    tenant: string,
    trigger: Trigger,
    priority: Priority,
    signal: AbortSignal,
    options?: RunOptions,
  ) => Promise<TenantResult | undefined>;
  /** Handshakes only, of tenants under a latent conflict or with trouble that is not decided yet. */
  readonly lookAtSuspects: (signal: AbortSignal) => Promise<void>;
}

/** Quick fresh runs after the first failure, so that an incident opens within seconds and a blip does not. */
const RECHECKS_MS = [2 * SECOND_MS, 4 * SECOND_MS] as const;
/** Outcomes of one moment are decided together: a claim on every app is one message, and one transaction. */
const GATHER_MS = 250;
const LIVE_RECHECKS = 6;
const LIVE_WINDOW_MS = 10 * SECOND_MS;
const WAKING: ReadonlySet<Trigger> = new Set(['gate', 'deploy', 'manual']);

export function createDaemon(options: DaemonOptions, dispatch: Dispatch): Daemon {
  const { fleet, view, tracker, recorder, logger, history, clock, platform, stalls } = options;
  const shared = createSharedWatch(options);
  const deploys = createDeployWatch({
    clock,
    fleet,
    history,
    logger,
    verify: (tenant, delayMs) => {
      dispatch(tenant, 'deploy', 'deploy', delayMs);
    },
    verified: options.deployVerified,
  });
  const earlySweep = createEarlySweep(options.sweepNow, clock);
  let liveRechecks: number[] = [];

  const observe = (
    request: Pick<TenantRequest, 'tenant' | 'trigger' | 'priority' | 'handshakeOnly' | 'onPart'>,
    signal: AbortSignal,
    facts: 'live' | 'swept' = 'swept',
  ): Promise<TenantSnapshot> =>
    observeTenant(
      options,
      {
        ...request,
        view: facts === 'live' ? options.liveView : view,
        servers: options.servers.servers(signal),
        wake: options.wake || WAKING.has(request.trigger),
        shared: shared.latest(signal),
      },
      signal,
    );

  const verify: Daemon['verify'] = async (id, trigger, priority, signal, run) => {
    const tenant = fleet.tenant(id);
    if (tenant === undefined) return undefined;
    const startedMs = clock.monotonicMs();
    const live = run?.onCheck && createLiveChecks(tenant, trigger, platform, run.onCheck);
    const request = { tenant, trigger, priority, handshakeOnly: false, onPart: live?.take };
    const facts = run?.facts ?? (trigger === 'recheck' ? recheckFacts() : 'swept');
    let snapshot = await observe(request, signal, facts);
    shared.noteHandshakes(snapshot.handshakes);
    let result = judge(stalls.since(startedMs) ? discountTimeouts(snapshot) : snapshot);
    const isNew = result.verdict === 'fail' && fleet.latest(id)?.decided !== 'fail';
    if (isNew) {
      earlySweep.begin();
      // New trouble may be everybody's: the platform is looked at now, not when its turn comes.
      snapshot = { ...snapshot, platform: await shared.since(startedMs, signal) };
      result = judge(stalls.since(startedMs) ? discountTimeouts(snapshot) : snapshot);
    }
    // The first look must not wait: the ones that follow it are what opens an incident.
    if (result.verdict === 'fail' && facts === 'live') await earlySweep.over(signal);
    // A shutdown in the middle of a run is no finding.
    if (signal.aborted) return undefined;
    record(tenant, snapshot, result, trigger);
    deploys.after(tenant, { trigger, verdict: result.verdict, startedMs });
    return result;
  };

  /** Of a few new failures the certificate list is asked for at once; in a storm the next sweep tells of all. */
  const recheckFacts = (): 'live' | 'swept' => {
    const nowMs = clock.monotonicMs();
    liveRechecks = liveRechecks.filter((atMs) => nowMs - atMs < LIVE_WINDOW_MS);
    if (liveRechecks.length >= LIVE_RECHECKS) return 'swept';
    liveRechecks.push(nowMs);
    return 'live';
  };

  const judge = (snapshot: TenantSnapshot): TenantResult => {
    const latest = fleet.shared();
    const known = latest?.snapshot === snapshot.platform ? latest.result : undefined;
    return diagnoseTenant(snapshot, known ?? diagnoseShared(snapshot.platform, platform), platform);
  };

  let flushing = false;
  const flushSoon = (): void => {
    if (flushing) return;
    flushing = true;
    const flush = (): void => {
      flushing = false;
      tracker.flush();
    };
    void clock.sleep(GATHER_MS).then(flush, flush);
  };

  const record = (tenant: Tenant, snapshot: TenantSnapshot, result: TenantResult, trigger: Trigger): void => {
    const before = fleet.latest(tenant.id);
    const stages = stagesOf(snapshot);
    const { verdict } = result;
    const failsNow = verdict === 'fail';
    const failed = before?.decided === 'fail';
    fleet.setResult(result, snapshot.takenAt);
    recorder.run(trigger, verdict, result.checks, stages);
    history.run(runOf(snapshot, result, stages), failsNow ? result : null);
    tracker.note(tenantOutcome(result, snapshot));
    if (failsNow || failed) flushSoon();
    if (before?.verdict !== verdict || codeOf(before) !== codeOf(result)) log(snapshot, result, before);
    if (failsNow && !failed && trigger !== 'recheck') {
      for (const delayMs of RECHECKS_MS) dispatch(tenant.id, 'recheck', 'recheck', delayMs);
    }
  };

  const log = (
    { takenAt, trigger }: TenantSnapshot,
    result: TenantResult,
    before: LatestResult | undefined,
  ): void => {
    const { tenant, verdict, durationMs, diagnosis } = result;
    // Tenant and moment name a run: in history, on pages and here.
    const run = `${tenant}/${String(takenAt)}`;
    const fields = {
      run,
      tenant,
      verdict,
      code: codeOf(result),
      trigger,
      durationMs: Math.round(durationMs),
    };
    if (verdict === 'fail' && diagnosis !== null) logger.warn(fields, diagnosis.summary);
    // A fleet that is well when we start, or that shares a platform's trouble, is one event and not ten thousand.
    else logger[isNews(result, before) ? 'info' : 'debug'](fields, `verification: ${verdict}`);
  };

  const sweep = createSweep(options, deploys, dispatch);
  const suspects = createSuspects(fleet, tracker);

  return {
    sweep,
    observeShared: async (signal) => {
      await shared.observe(signal);
    },
    verify,
    lookAtSuspects: async (signal) => {
      const look = async (tenant: Tenant): Promise<void> => {
        const snapshot = await observe(
          { tenant, trigger: 'schedule', priority: 'suspects', handshakeOnly: true },
          signal,
        );
        shared.noteHandshakes(snapshot.handshakes);
        if (!signal.aborted && handshakeChanged(snapshot, fleet.latest(tenant.id))) {
          dispatch(tenant.id, 'suspects', 'recheck');
        }
      };
      await Promise.all(suspects().map(look));
    },
  };
}

/** Is it about this tenant: neither the first sight of one that is healthy or suspended, nor what the platform or the monitor explains? */
function isNews(result: TenantResult, before: LatestResult | undefined): boolean {
  if (result.explainedBy !== null) return false;
  if (before === undefined) return result.verdict !== 'pass' && result.verdict !== 'skipped';
  return result.verdict !== 'pass' || before.explainedBy === null;
}

function codeOf({ diagnosis, explainedBy }: TenantResult | LatestResult): Run['code'] {
  return diagnosis?.code ?? explainedBy?.code ?? null;
}

function runOf(snapshot: TenantSnapshot, result: TenantResult, stages: StageTimings): Run {
  return {
    tenant: snapshot.tenant.id,
    at: snapshot.takenAt,
    durationMs: result.durationMs,
    trigger: snapshot.trigger,
    verdict: result.verdict,
    code: codeOf(result),
    notPassed: result.checks
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ id, verdict, reason }) => ({ check: id, verdict, reason })),
    stages,
  };
}
