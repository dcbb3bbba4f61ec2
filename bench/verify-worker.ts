/**
 * The monitor's side of `bench/verify.ts`, alone in its process: does for each tenant what the daemon does in one run (observe,
 * judge, and, when asked to, gauges and a row in the database), and says what that took.
 *
 *     verify-worker.ts CONFIGURATION_FILE      over the channel of child_process.fork
 */
import { loadConfig } from '../src/config/index.ts';
import { diagnoseShared, diagnoseTenant } from '../src/diagnosis/index.ts';
import { createMetrics } from '../src/metrics/metrics.ts';
import { stagesOf } from '../src/model/stages.ts';
import type { Tenant } from '../src/model/tenant.ts';
import type { Verdict } from '../src/model/verdict.ts';
import { mapConcurrently } from '../src/monitor/concurrency.ts';
import { inventoryView } from '../src/monitor/fly-view.ts';
import { observePlatform } from '../src/monitor/observe-platform.ts';
import { observeTenant } from '../src/monitor/observe-tenant.ts';
import { createRunWriter, openStore } from '../src/store/index.ts';
import { createFlySource } from '../src/tenants/index.ts';
import { systemClock as clock } from '../src/wiring/clock.ts';
import { silentLogger as logger } from '../src/wiring/logger.ts';
import { createProbing } from '../src/wiring/probing.ts';

export interface RoundOrder {
  readonly tenants: number;
  /** Gauges and a row in the database, too. */
  readonly recorded: boolean;
}

export interface RoundReport {
  readonly tenants: number;
  /** How many did not pass: what is measured is a healthy fleet. */
  readonly notPassed: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssBytes: number;
}

const [file = ''] = process.argv.slice(2);
const { config } = loadConfig({ path: file, env: process.env, cwd: process.cwd() });
const probing = createProbing(config, { env: process.env, version: 'bench', clock, random: Math.random });
const { observer, flyProbe } = probing;
const { platform } = observer;
const signal = new AbortController().signal;
const store = openStore({ path: config.store.path, clock, logger, daemon: true });
const writer = createRunWriter({ runs: store.runs, clock, logger });
const metrics = createMetrics({ version: 'bench', perTenant: true });

// What loops of their own look at, once for all tenants.
const swept = await flyProbe.inventory(signal);
const view = inventoryView({
  inventory: () => Promise.resolve(swept),
  addresses: (some) => flyProbe.addresses(platform.managementApp, some),
  platform,
  status: () => probing.fly.lastCall(),
});
const apps = (): Promise<Iterable<string>> =>
  Promise.resolve(swept.outcome === 'observed' ? swept.facts.apps.keys() : []);
const tenants = await createFlySource(apps, platform).load(signal);
const servers = probing.servers.servers(signal);
const shared = await observePlatform(
  observer,
  { view, servers, priority: 'routine', throttled: false, previousAnswerUntil: null },
  signal,
);
const sharedResult = diagnoseShared(shared, platform);

process.on('message', (order: RoundOrder) => {
  void round(tenants.slice(0, order.tenants), order.recorded).then((report) => process.send?.(report));
});
process.on('disconnect', () => {
  writer.close();
  store.close();
  void probing.close();
});
process.send?.('ready');

async function round(some: readonly Tenant[], recorded: boolean): Promise<RoundReport> {
  const before = process.cpuUsage();
  const startedMs = performance.now();
  const verdicts = await mapConcurrently(some, config.limits.concurrency, (tenant) =>
    verify(tenant, recorded),
  );
  writer.flush();
  const { user, system } = process.cpuUsage(before);
  return {
    tenants: some.length,
    notPassed: verdicts.filter((verdict) => verdict !== 'pass').length,
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - startedMs,
    rssBytes: process.memoryUsage.rss(),
  };
}

async function verify(tenant: Tenant, recorded: boolean): Promise<Verdict> {
  const snapshot = await observeTenant(
    observer,
    {
      ...{ tenant, trigger: 'schedule', priority: 'routine', view, servers },
      ...{ wake: false, handshakeOnly: false, shared: Promise.resolve(shared) },
    },
    signal,
  );
  const { verdict, checks, durationMs } = diagnoseTenant(snapshot, sharedResult, platform);
  if (!recorded) return verdict;
  const stages = stagesOf(snapshot);
  metrics.run(snapshot.trigger, verdict, checks, stages);
  metrics.tenant({ tenant: tenant.id, success: true, lastRunAt: snapshot.takenAt, problems: [] });
  writer.add({
    run: {
      ...{ tenant: tenant.id, at: snapshot.takenAt, durationMs, trigger: snapshot.trigger, verdict },
      ...{ code: null, notPassed: [], stages },
    },
    evidence: null,
  });
  return verdict;
}
