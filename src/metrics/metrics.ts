import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Incident } from '../model/incident.ts';
import type { Recorder } from '../model/recorder.ts';
import { SCOPES, SEVERITIES, type Severity } from '../model/verdict.ts';
import type { StageTimings } from '../model/stages.ts';
import { probeExposition, type ProbeFacts } from './probe-exposition.ts';
import { createWideGauge, type WideGauge } from './wide-gauge.ts';

/** Every Prometheus metric of the product is declared in this file; the names are a contract. */
export interface Metrics extends Recorder {
  readonly tenant: (state: TenantState) => void;
  /** Removes the series of every tenant that is not in the set. */
  readonly keepTenants: (tenants: ReadonlySet<string>) => void;
  readonly problems: (scope: 'platform' | 'monitor', codes: readonly string[]) => void;
  readonly certificates: (expiries: ReadonlyMap<string, number>) => void;
  readonly claims: (counts: Readonly<Record<ClaimKind, number>>) => void;
  readonly incidents: (live: readonly Incident[]) => void;
  readonly sources: (sources: readonly { readonly name: string; readonly reason: string | null }[]) => void;
  readonly databaseBytes: (bytes: number) => void;
  readonly handshakeBudget: (perSecond: number, waiting: number) => void;
  /** Text exposition format, version 0.0.4. */
  readonly render: () => Promise<string>;
  /** One verification alone, for `/probe`; not part of `render`. */
  readonly probe: (facts: ProbeFacts) => string;
  readonly contentType: string;
}

export interface TenantState {
  readonly tenant: string;
  /** Of the last decided run; undefined when none was decided yet. */
  readonly success: boolean | undefined;
  readonly lastRunAt: number;
  readonly problems: readonly { readonly code: string; readonly severity: Severity }[];
}

/** How a claim stands: where it belongs, on a tenant's app, on another app, or of a custom domain. */
export type ClaimKind = 'management' | 'tenant' | 'foreign' | 'custom';

export interface MetricsOptions {
  readonly version: string;
  /** Without them a fleet of any size has a bounded number of series. */
  readonly perTenant: boolean;
  /** The longest delay of the event loop since the last call. */
  readonly longestDelayMs?: () => number;
  /** Did the latest write to the database work? */
  readonly databaseWritable?: () => boolean;
}

/** Chosen around what a visitor feels: a handshake takes 30 to 300 ms, a limit lies above 10 s. */
const STAGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 12, 30];

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];

  const success = createWideGauge(
    'tenantwatch_tenant_success',
    'Whether the last decided verification of the tenant passed.',
  );
  const problem = createWideGauge(
    'tenantwatch_tenant_problem',
    'One series for each problem found at a tenant; absent otherwise.',
  );
  const lastRun = createWideGauge(
    'tenantwatch_tenant_last_run_timestamp_seconds',
    'When the tenant was last verified.',
  );
  const expiry = createWideGauge(
    'tenantwatch_certificate_expiry_timestamp_seconds',
    'When the certificate in use for the hostname expires.',
  );
  const wide: readonly WideGauge[] = [success, problem, lastRun, expiry];

  const platformProblem = new Gauge({
    name: 'tenantwatch_platform_problem',
    help: 'One series for each problem of the platform; absent otherwise.',
    labelNames: ['code'],
    registers,
  });
  const monitorProblem = new Gauge({
    name: 'tenantwatch_monitor_problem',
    help: 'One series for each problem of the monitor itself; absent otherwise.',
    labelNames: ['code'],
    registers,
  });
  const checks = new Counter({
    name: 'tenantwatch_checks_total',
    help: 'Judgements by check, verdict and reason.',
    labelNames: ['check', 'verdict', 'reason'],
    registers,
  });
  const stageDuration = new Histogram({
    name: 'tenantwatch_stage_duration_seconds',
    help: 'How long each stage of reaching a site took, over all tenants.',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS,
    registers,
  });
  const claims = new Gauge({
    name: 'tenantwatch_claims',
    help: "Hostnames that the organization's apps hold certificates for.",
    labelNames: ['kind'],
    registers,
  });
  const runs = new Counter({
    name: 'tenantwatch_runs_total',
    help: 'Verifications of tenants.',
    labelNames: ['trigger', 'verdict'],
    registers,
  });
  const lag = new Gauge({
    name: 'tenantwatch_schedule_lag_seconds',
    help: 'How late the latest run of the loop began, or how long one that is due has to wait.',
    labelNames: ['loop'],
    registers,
  });
  const apiRequests = new Counter({
    name: 'tenantwatch_api_requests_total',
    help: "Requests to Fly's APIs.",
    labelNames: ['api', 'result'],
    registers,
  });
  const incidentsOpen = new Gauge({
    name: 'tenantwatch_incidents_open',
    help: 'Open incidents.',
    labelNames: ['scope', 'severity'],
    registers,
  });
  const deliveries = new Counter({
    name: 'tenantwatch_deliveries_total',
    help: 'Attempts to hand a message to a channel.',
    labelNames: ['channel', 'result'],
    registers,
  });
  const sourceBelieved = new Gauge({
    name: 'tenantwatch_tenant_source_believed',
    help: 'Whether the latest list of the source of tenants is in use (1), or its last good one (0).',
    labelNames: ['source'],
    registers,
  });
  const database = new Gauge({
    name: 'tenantwatch_database_bytes',
    help: 'Size of the database with its write-ahead log.',
    registers,
  });
  const databaseWritable = new Gauge({
    name: 'tenantwatch_database_writable',
    help: 'Whether the latest write to the database worked (1), or failed and is tried again (0).',
    registers,
  });
  const loopDelay = new Gauge({
    name: 'tenantwatch_event_loop_delay_seconds',
    help: 'Longest delay of the event loop since the last scrape.',
    registers,
  });
  const budgetRate = new Gauge({
    name: 'tenantwatch_handshake_budget_per_second',
    help: 'Handshakes a second that the budget allows at present.',
    registers,
  });
  const budgetWaiting = new Gauge({
    name: 'tenantwatch_handshake_budget_waiting',
    help: 'Handshakes that wait for the budget.',
    registers,
  });
  new Gauge({
    name: 'tenantwatch_build_info',
    help: 'Constant 1 with the version.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: options.version, node: process.version }, 1);

  return {
    contentType: registry.contentType,
    apiRequest: (api, result) => {
      apiRequests.inc({ api, result });
    },
    run: (trigger, verdict, results, stages) => {
      runs.inc({ trigger, verdict });
      for (const result of results) {
        checks.inc({ check: result.id, verdict: result.verdict, reason: result.reason ?? '' });
      }
      observeStages(stageDuration, stages);
    },
    delivery: (channel, result) => {
      deliveries.inc({ channel, result });
    },
    lag: (loop, lagMs) => {
      lag.set({ loop }, lagMs / 1000);
    },
    tenant: ({ tenant, success: passed, lastRunAt, problems }) => {
      if (!options.perTenant) return;
      success.replace(tenant, passed === undefined ? [] : [{ labels: { tenant }, value: passed ? 1 : 0 }]);
      lastRun.replace(tenant, [{ labels: { tenant }, value: lastRunAt / 1000 }]);
      problem.replace(
        tenant,
        problems.map(({ code, severity }) => ({ labels: { tenant, code, severity }, value: 1 })),
      );
    },
    keepTenants: (tenants) => {
      for (const gauge of [success, lastRun, problem]) {
        for (const tenant of gauge.keys()) if (!tenants.has(tenant)) gauge.remove(tenant);
      }
    },
    problems: (scope, codes) => {
      const gauge = scope === 'platform' ? platformProblem : monitorProblem;
      gauge.reset();
      for (const code of codes) gauge.set({ code }, 1);
    },
    certificates: (expiries) => {
      for (const hostname of expiry.keys()) if (!expiries.has(hostname)) expiry.remove(hostname);
      for (const [hostname, at] of expiries) {
        expiry.replace(hostname, [{ labels: { hostname }, value: at / 1000 }]);
      }
    },
    claims: (counts) => {
      for (const [kind, count] of Object.entries(counts)) claims.set({ kind }, count);
    },
    incidents: (live) => {
      for (const scope of SCOPES) {
        for (const severity of SEVERITIES) {
          const count = live.filter(
            (one) => one.state === 'open' && one.subject.scope === scope && one.severity === severity,
          ).length;
          incidentsOpen.set({ scope, severity }, count);
        }
      }
    },
    sources: (sources) => {
      for (const { name: source, reason } of sources) sourceBelieved.set({ source }, reason === null ? 1 : 0);
    },
    databaseBytes: (bytes) => {
      database.set(bytes);
    },
    handshakeBudget: (perSecond, waiting) => {
      budgetRate.set(perSecond);
      budgetWaiting.set(waiting);
    },
    render: async () => {
      loopDelay.set((options.longestDelayMs?.() ?? 0) / 1000);
      databaseWritable.set(options.databaseWritable?.() === false ? 0 : 1);
      const parts = [await registry.metrics()];
      for (const gauge of wide) parts.push(await gauge.render());
      return parts.join('');
    },
    probe: probeExposition,
  };
}

function observeStages(histogram: Histogram<'stage'>, stages: StageTimings): void {
  for (const [stage, durationMs] of Object.entries(stages)) histogram.observe({ stage }, durationMs / 1000);
}
