import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import { loadConfig, toPlatform, type Config } from '../../src/config/index.ts';
import type { HttpContext, SlackActions } from '../../src/http/context.ts';
import { createApp, type HttpApp } from '../../src/http/server.ts';
import { DEFAULT_INCIDENT_POLICY } from '../../src/incidents/index.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import type { Inventory } from '../../src/model/fly.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { Observation } from '../../src/model/observation.ts';
import { createFleet } from '../../src/monitor/fleet.ts';
import { createTracker } from '../../src/monitor/tracker.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { recordingLogger, temporaryFolder, temporaryStore } from '../store/fixtures.ts';
import { realClock } from '../support/clock.ts';

export const TOKENS = {
  read: 'read-token-0123456789',
  verify: 'verify-token-0123456789',
  operate: 'operate-token-0123456789',
} as const;

/** One token for each scope. */
export const WITH_TOKENS = {
  tokens: Object.entries(TOKENS).map(([scope, token]) => ({ name: `${scope}-er`, token, scopes: [scope] })),
};

export interface TestApp extends HttpApp {
  readonly context: HttpContext;
  readonly logged: () => string;
}

export interface TestAppOptions {
  /** The section `server` of the configuration. */
  readonly server?: Readonly<Record<string, unknown>>;
  readonly inventory?: Observation<Inventory>;
  readonly incidents?: readonly Incident[];
  readonly slackActions?: SlackActions | null;
  readonly databaseWritable?: () => boolean;
}

export function testConfig(context: TestContext, server: Readonly<Record<string, unknown>> = {}): Config {
  const folder = temporaryFolder(context);
  const path = join(folder, 'tenantwatch.yaml');
  const platform = { domain: 'systemprompt.io', managementApp: 'management-api-prod' };
  writeFileSync(
    path,
    stringify({ platform, fly: { org: 'systemprompt' }, server: { listen: '127.0.0.1:0', ...server } }),
  );
  return loadConfig({ path, env: {}, cwd: folder, secrets: 'all' }).config;
}

/** The application with everything real but the loops, which do not run: what it shows is what a test puts there. */
export async function testApp(context: TestContext, options: TestAppOptions = {}): Promise<TestApp> {
  const config = testConfig(context, options.server);
  const logger = recordingLogger();
  const store = temporaryStore(context, { clock: realClock });
  const fleet = createFleet();
  const metrics = createMetrics({ version: '1.2.3', perTenant: true });
  const tracker = createTracker({
    policy: DEFAULT_INCIDENT_POLICY,
    clock: realClock,
    logger,
    known: options.incidents ?? [],
    commit: store.commitIncidents,
    past: store.incidents.get as (id: string) => Incident | undefined,
    silences: () => store.silences.list(realClock.now()),
    tenant: fleet.tenant,
    fleetSize: () => fleet.tenants().length,
    channelsFor: () => [],
    hasChannel: () => true,
    before: () => ({ deploy: null, origin: null }),
    links: () => ({ runbook: null, incident: null, verify: null }),
    stormDiagnosis: () => null,
    committed: fleet.incidentsChanged,
  });
  store.commitIncidents(
    (options.incidents ?? []).map((incident) => ({ incident, events: [], deliveries: [] })),
  );
  const scheduler = createScheduler({
    fleet,
    clock: realClock,
    logger,
    recorder: metrics,
    intervals: config.watch,
    concurrency: 4,
    handshakesPerSecond: 25,
    ledger: { load: () => undefined, save: () => undefined },
    upkeep: () => Promise.resolve(),
  });
  const httpContext: HttpContext = {
    config,
    platform: toPlatform(config),
    version: '1.2.3',
    clock: realClock,
    logger,
    fleet,
    tracker,
    scheduler,
    store,
    metrics,
    databaseWritable: options.databaseWritable ?? (() => true),
    inventory: () => options.inventory ?? NEVER_SWEPT,
    fly: null,
    slackActions: options.slackActions ?? null,
  };
  const made = await createApp(httpContext);
  context.after(async () => {
    await made.app.close();
    await scheduler.stop();
  });
  return { ...made, context: httpContext, logged: () => JSON.stringify(logger.lines) };
}

const NEVER_SWEPT: Observation<Inventory> = {
  outcome: 'failed',
  at: 0,
  durationMs: 0,
  failure: { phase: 'api', code: 'incomplete', detail: 'the organization was not swept yet' },
};

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
