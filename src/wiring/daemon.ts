import { createDelivery, createDirect, createRouter, type PastChannels } from '../alerts/index.ts';
import type { StartedDaemon } from '../cli/context.ts';
import type { Cadence, Config } from '../config/index.ts';
import { runbookUrl } from '../diagnosis/catalogue.ts';
import { stormDiagnosis } from '../diagnosis/storm.ts';
import { endByDeploy, isStorm, type IncidentPolicy } from '../incidents/index.ts';
import { startHttp } from '../http/server.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { AlertLinks } from '../model/alert.ts';
import type { Incident } from '../model/incident.ts';
import type { Logger } from '../model/logger.ts';
import type { Platform } from '../model/platform.ts';
import type { Tenant } from '../model/tenant.ts';
import { MINUTE_MS } from '../model/time.ts';
import { createDaemon } from '../monitor/daemon.ts';
import { createEdgeErrors } from '../monitor/edge-errors.ts';
import { createFleet } from '../monitor/fleet.ts';
import { inventoryView, liveView } from '../monitor/fly-view.ts';
import { createHistory } from '../monitor/history.ts';
import { createInventoryKeeper } from '../monitor/inventory.ts';
import { watchStalls } from '../monitor/stall.ts';
import { newestViews } from '../monitor/newest-view.ts';
import { createTracker } from '../monitor/tracker.ts';
import { whatCameBefore } from '../monitor/what-came-before.ts';
import { createScheduler } from '../schedule/scheduler.ts';
import { createRunWriter, openStore } from '../store/index.ts';
import { cachedAddresses } from './addresses.ts';
import { openChannels } from './channels.ts';
import { createDatabaseAlarm } from './database-alarm.ts';
import { watchDatabase } from './database-watch.ts';
import { startEdgeMetrics, withEdgeErrors } from './edge-metrics.ts';
import { observeFleet } from './fleet-metrics.ts';
import { watchLoopDelay } from './loop-delay.ts';
import { takeRequests } from './operator-inbox.ts';
import { createProbing, type ProbingHost } from './probing.ts';
import { createSilenceBook, withNotice } from './silences.ts';
import { createSlackActions } from './slack-actions.ts';
import { createDaemonDirectory } from './tenants.ts';
import { tellTenants } from './tell-tenants.ts';
import { createUpkeep } from './upkeep.ts';
import { createWatchdog, fleetInWords } from './watchdog.ts';

export interface DaemonHost extends Omit<ProbingHost, 'recorder'> {
  readonly logger: Logger;
  /** The channels that the daemon before it had, in this process: a reload. */
  readonly past?: PastChannels | undefined;
}

/** Opens the database, takes its lock, and starts all loops. Throws StoreError and ConfigError; then nothing is left running. */
export async function startDaemon(config: Config, host: DaemonHost): Promise<StartedDaemon> {
  const { clock, random, logger, version } = host;
  const store = openStore({ path: config.store.path, clock, logger, daemon: true });
  const loopDelay = watchLoopDelay(clock);
  const metrics = createMetrics({
    version,
    perTenant: config.server.perTenantMetrics,
    longestDelayMs: loopDelay.longestMs,
  });
  const probing = createProbing(config, { ...host, recorder: metrics });
  const { observer, flyProbe, servers, budget } = probing;
  const { platform } = observer;
  const fleet = createFleet();
  const writer = createRunWriter({ runs: store.runs, clock, logger });
  const history = createHistory(store, writer, logger);
  const inventory = createInventoryKeeper(flyProbe, clock, freshFor(config.watch.inventory));
  const directory = createDaemonDirectory(config, {
    ...host,
    platform,
    inventory,
    smallState: store.smallState,
    audit: store.audit,
  });
  let taken: readonly Tenant[] | undefined;
  const takeTenants = ({ tenants, complete }: ReturnType<typeof directory.current>): void => {
    // No source has ever answered: that is not an empty fleet.
    if (!complete && tenants.length === 0) return;
    if (tenants !== taken || complete !== fleet.complete()) {
      const first = !fleet.loaded();
      const { added, removed } = fleet.setTenants(tenants, complete);
      tellTenants(logger, first ? [] : added, removed);
      if (first) logger.info({ tenants: tenants.length }, 'tenants are known');
    }
    taken = tenants;
    // Who is missing in a part of the list is not known to be gone.
    if (complete) tracker.closeAbsent();
  };
  const stalls = watchStalls(clock, (durationMs) => {
    logger.warn({ durationMs: Math.round(durationMs) }, 'this process did not run for a while');
  });
  const userAgent = `tenantwatch/${version}`;
  const { notifiers, past } = openChannels(config.alerts.channels, host.past, store, {
    clock,
    logger,
    userAgent,
  });
  const delivery = createDelivery({
    outbox: store.outbox,
    notifiers,
    clock,
    random,
    logger,
    recorder: metrics,
    openIncidents: () => store.incidents.unresolved(),
  });
  const direct = createDirect({ notifiers, clock, random, logger });
  const alarm = createDatabaseAlarm({
    trouble: () => writer.state().trouble,
    direct,
    clock,
    state: () => {
      const where = config.server.publicUrl ?? 'tenantwatch verify --all';
      return `At the last look: ${fleetInWords(fleet)}. See: ${where}`;
    },
  });
  const silences = createSilenceBook(store, clock);

  const tracker = createTracker({
    policy: policyOf(config),
    clock,
    logger,
    known: [
      ...store.incidents.resolvedSince(clock.now() - config.incidents.reopenWithinMs),
      ...store.incidents.unresolved(),
    ],
    past: (id) => store.incidents.get(id) ?? undefined,
    commit: store.commitIncidents,
    silences: silences.current,
    tenant: fleet.tenant,
    fleetSize: () => fleet.tenants().length,
    channelsFor: createRouter(
      config.alerts.routes,
      config.alerts.channels.map(({ name }) => name),
    ),
    before: (incident) =>
      whatCameBefore(store, platform, fleet.tenant(incident.subject.name) ?? null, incident),
    links: (incident) => linksOf(incident, config, platform),
    stormDiagnosis: ({ code, members }) => {
      const results = members.flatMap((id) => fleet.result(id) ?? []);
      return results.length === 0 ? null : stormDiagnosis(code, results, platform);
    },
    committed: (changed, deliveries) => {
      fleet.incidentsChanged(changed);
      metrics.incidents(tracker.unresolved());
      if (deliveries > 0) delivery.wake();
    },
  });

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
      wake: delivery.wake,
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
      deployVerified: (app) => {
        silences.end(endByDeploy(silences.current(), app, clock.now()));
      },
    },
    scheduler.dispatch,
  );
  const stopObserving = observeFleet(fleet, metrics, platform, inventory, budget);

  const decisions = watchDatabase(store, clock, logger, () => {
    silences.refresh();
    takeRequests({ store, tracker, clock, logger });
    // Whoever confirmed that tenants are gone waits for it.
    if (directory.mustAsk()) void scheduler.sweepNow();
    tracker.flush();
    delivery.wake();
  });
  const slackActions = createSlackActions(config.alerts.channels, { clock, logger, userAgent });
  const http = await startHttp({
    ...host,
    config,
    platform,
    store: { ...store, silences: withNotice(store.silences, decisions.notice) },
    fleet,
    tracker,
    scheduler,
    metrics,
    inventory: inventory.current,
    fly: probing.fly,
    slackActions,
  }).catch(async (error: unknown) => {
    stopObserving();
    stalls.stop();
    loopDelay.stop();
    await probing.close();
    writer.close();
    store.close();
    throw error;
  });
  delivery.start();
  alarm.start();
  decisions.start();
  scheduler.start(daemon);
  const stopEdgeMetrics = startEdgeMetrics(edgeErrors);
  logger.info({ url: http.url, database: config.store.path }, `tenantwatch ${version} watches`);
  return {
    logger,
    store,
    fleet,
    tracker,
    url: http.url,
    channels: past,
    stop: async () => {
      await http.close();
      await slackActions?.close();
      await stopEdgeMetrics();
      await scheduler.stop();
      // What the last runs found is decided before the next start asks.
      tracker.flush();
      stopObserving();
      decisions.stop();
      stalls.stop();
      loopDelay.stop();
      alarm.stop();
      await direct.stop();
      await delivery.stop();
      await probing.close();
      writer.close();
      store.close();
    },
  };
}

/** How long a complete sweep is evidence while later ones fail; by a cron expression until the next one. */
function freshFor(cadence: Cadence): number {
  return 'cron' in cadence ? Number.POSITIVE_INFINITY : Math.max(3 * cadence.everyMs, 2 * MINUTE_MS);
}

function policyOf({ incidents, alerts }: Config): IncidentPolicy {
  return {
    openAfter: incidents.openAfter,
    resolveAfter: incidents.resolveAfter,
    reopenWithinMs: incidents.reopenWithinMs,
    stormShare: incidents.stormShare,
    stormCount: incidents.stormCount,
    reminders: alerts.remindersMs,
  };
}

function linksOf(incident: Incident, config: Config, platform: Platform): AlertLinks {
  const { publicUrl } = config.server;
  const runbook = runbookUrl(incident.code, platform);
  if (publicUrl === null) return { runbook, incident: null, verify: null };
  const { scope, name } = incident.subject;
  const isTenant = scope === 'tenant' && !isStorm(incident);
  return {
    runbook,
    incident: `${publicUrl}/incidents/${encodeURIComponent(incident.id)}`,
    verify: isTenant ? `${publicUrl}/tenants/${encodeURIComponent(name)}` : null,
  };
}
