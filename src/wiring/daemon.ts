import type { PastChannels } from '../alerts/index.ts';
import type { StartedDaemon } from '../cli/context.ts';
import type { Cadence, Config } from '../config/index.ts';
import { endByDeploy } from '../incidents/index.ts';
import { startHttp } from '../http/server.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Logger } from '../model/logger.ts';
import { MINUTE_MS } from '../model/time.ts';
import { createDaemon } from '../monitor/daemon.ts';
import { createEdgeErrors } from '../monitor/edge-errors.ts';
import { createFleet } from '../monitor/fleet.ts';
import { inventoryView, liveView } from '../monitor/fly-view.ts';
import { createHistory } from '../monitor/history.ts';
import { createInventoryKeeper } from '../monitor/inventory.ts';
import { watchStalls } from '../monitor/stall.ts';
import { newestViews } from '../monitor/newest-view.ts';
import type { Tracker } from '../monitor/tracker.ts';
import { createScheduler } from '../schedule/scheduler.ts';
import { createRunWriter, openStore, type Store } from '../store/index.ts';
import { cachedAddresses } from './addresses.ts';
import { createAlerting } from './alerting.ts';
import { watchDatabase } from './database-watch.ts';
import { startEdgeMetrics, withEdgeErrors } from './edge-metrics.ts';
import { observeFleet } from './fleet-metrics.ts';
import { watchLoopDelay } from './loop-delay.ts';
import { takeRequests } from './operator-inbox.ts';
import { createProbing, type ProbingHost } from './probing.ts';
import { createSilenceBook, withNotice } from './silences.ts';
import { createSlackActions } from './slack-actions.ts';
import { createDaemonDirectory } from './tenants.ts';
import { createTenantTaker } from './take-tenants.ts';
import { createTracking } from './tracking.ts';
import { createUpkeep } from './upkeep.ts';
import { createWatchdog } from './watchdog.ts';

export interface DaemonHost extends Omit<ProbingHost, 'recorder'> {
  readonly logger: Logger;
  /** The channels that the daemon before it had, in this process: a reload. */
  readonly past?: PastChannels | undefined;
}

/** Opens the database, takes its lock, and starts all loops. Throws StoreError and ConfigError; then nothing is left running. */
export async function startDaemon(config: Config, host: DaemonHost): Promise<StartedDaemon> {
  const { clock, logger } = host;
  const store = openStore({ path: config.store.path, clock, logger, daemon: true });
  const begun: End[] = [store.close];
  /** The last that was begun ends first. */
  const stop = async (): Promise<void> => {
    for (const end of begun.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await startOn(store, config, host, begun)), stop };
  } catch (error) {
    // A database that stays locked would keep the configuration before this one from starting again.
    await stop();
    throw error;
  }
}

type End = () => unknown;

/** `begun` gets how to end each part, also when a later one does not begin. */
async function startOn(
  store: Store,
  config: Config,
  host: DaemonHost,
  begun: End[],
): Promise<Omit<StartedDaemon, 'stop'>> {
  const { clock, random, logger, version } = host;
  const loopDelay = watchLoopDelay(clock);
  begun.push(loopDelay.stop);
  const databaseWritable = (): boolean => writer.state().trouble === null && tracker.stored();
  const metrics = createMetrics({
    version,
    perTenant: config.server.perTenantMetrics,
    longestDelayMs: loopDelay.longestMs,
    databaseWritable,
  });
  const probing = createProbing(config, { ...host, recorder: metrics });
  begun.push(probing.close);
  const { observer, flyProbe, servers, budget } = probing;
  const { platform } = observer;
  const fleet = createFleet();
  const writer = createRunWriter({ runs: store.runs, clock, logger });
  begun.push(writer.close);
  const history = createHistory(store, writer, logger);
  const inventory = createInventoryKeeper(flyProbe, clock, freshFor(config.watch.inventory));
  const directory = createDaemonDirectory(config, {
    ...host,
    platform,
    inventory,
    smallState: store.smallState,
    audit: store.audit,
  });
  const stalls = watchStalls(clock, (durationMs) => {
    logger.warn(
      { durationMs: Math.round(durationMs) },
      'this process did not run for a while, or the clock was set forward',
    );
  });
  begun.push(stalls.stop);
  const userAgent = `tenantwatch/${version}`;
  const alerting = createAlerting(config, {
    store,
    writer,
    fleet,
    recorder: metrics,
    clock,
    random,
    logger,
    userAgent,
    past: host.past,
  });
  begun.push(alerting.stop);
  const silences = createSilenceBook(store, clock, logger);

  const tracker: Tracker = createTracking(config, {
    store,
    fleet,
    platform,
    clock,
    logger,
    silences: silences.current,
    committed: (changed, deliveries) => {
      fleet.incidentsChanged(changed);
      metrics.incidents(tracker.unresolved());
      if (deliveries > 0) alerting.wake();
    },
  });
  const takeTenants = createTenantTaker({ fleet, tracker, logger });
  metrics.incidents(tracker.unresolved());
  metrics.databaseBytes(store.bytes());
  // Whom a silence covers and a route names must be known before time passes for incidents; Fly may take its time.
  if (directory.current().complete) takeTenants(directory.current());

  const upkeep = createUpkeep({
    store,
    writer,
    config,
    clock,
    logger,
    metrics,
    tracker,
    fleet,
    userAgent,
    stalled: () => scheduler.stalled(),
    watchdog: createWatchdog({
      intervalMs: config.alerts.watchdogMs,
      channels: config.alerts.channels.map(({ name }) => name),
      outbox: store.outbox,
      fleet,
      tracker,
      clock,
      wake: alerting.wake,
    }),
  });
  const scheduler = createScheduler({
    fleet,
    clock,
    logger,
    recorder: metrics,
    intervals: config.watch,
    concurrency: config.limits.concurrency,
    handshakesPerSecond: config.limits.handshakesPerSecond,
    ledger: upkeep.ledger,
    upkeep: upkeep.run,
  });
  const status = () => probing.fly.lastCall();
  const views = newestViews(
    liveView(flyProbe, platform, status),
    inventoryView({
      inventory: inventory.known,
      addresses: cachedAddresses(flyProbe, platform.managementApp, clock),
      platform,
      status,
    }),
  );
  const edgeErrors = createEdgeErrors({ fly: probing.fly, fleet, dispatch: scheduler.dispatch, logger });
  const daemon = createDaemon(
    {
      ...observer,
      fleet,
      tracker,
      stalls,
      recorder: metrics,
      logger,
      history,
      servers,
      budget,
      inventory,
      view: withEdgeErrors(views.swept, edgeErrors),
      liveView: views.live,
      wake: config.watch.wake === 'always',
      refreshTenants: async (signal) => {
        const list = await directory.refresh(signal);
        if (signal.aborted) return;
        metrics.sources(list.sources);
        takeTenants(list);
      },
      sweepNow: scheduler.sweepNow,
      deployVerified: (app) => {
        silences.end(endByDeploy(silences.current(), app, clock.now()));
      },
    },
    scheduler.dispatch,
  );
  begun.push(observeFleet(fleet, metrics, platform, inventory, budget));

  const decisions = watchDatabase(store, clock, logger, () => {
    silences.refresh();
    takeRequests({ store, tracker, clock, logger });
    // Whoever confirmed that tenants are gone waits for it.
    if (directory.mustAsk()) void scheduler.sweepNow();
    tracker.flush();
    alerting.wake();
  });
  begun.push(decisions.stop);
  const slackActions = createSlackActions(config.alerts.channels, { clock, logger, userAgent });
  begun.push(() => slackActions?.close());
  const http = await startHttp({
    ...host,
    config,
    platform,
    store: { ...store, silences: withNotice(store.silences, decisions.notice, silences.refresh) },
    fleet,
    tracker,
    scheduler,
    metrics,
    databaseWritable,
    inventory: inventory.current,
    fly: probing.fly,
    slackActions,
  });
  begun.push(
    // What the last runs found is decided before the next start asks.
    tracker.flush,
    scheduler.stop,
    http.close,
  );
  alerting.start();
  decisions.start();
  scheduler.start(daemon);
  begun.push(startEdgeMetrics(edgeErrors));
  logger.info({ url: http.url, database: config.store.path }, `tenantwatch ${version} watches`);
  return {
    logger,
    store,
    fleet,
    tracker,
    url: http.url,
    channels: alerting.past,
  };
}

/** How long a complete sweep is evidence while later ones fail; by a cron expression until the next one. */
function freshFor(cadence: Cadence): number {
  return 'cron' in cadence ? Number.POSITIVE_INFINITY : Math.max(3 * cadence.everyMs, 2 * MINUTE_MS);
}
