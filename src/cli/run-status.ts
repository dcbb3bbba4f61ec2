import type { Config } from '../config/index.ts';
import { CATALOGUE } from '../diagnosis/catalogue.ts';
import type { ScopeState, Transition } from '../model/history.ts';
import type { Run } from '../model/run.ts';
import { MINUTE_MS, type Clock } from '../model/time.ts';
import { VERDICTS, type Verdict } from '../model/verdict.ts';
import {
  statusText,
  type DaemonStatus,
  type ScopeStatus,
  type StatusReport,
  type TroubledTenant,
} from '../reports/status.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { keptSources, keptTenants, print, withDatabase } from './database.ts';
import { sourceReports } from './run-tenants.ts';

export async function showStatus(context: CliContext, options: DatabaseOptions): Promise<void> {
  const report = await withDatabase(context, options, 'read', ({ store, config }) =>
    statusOf(store, config, context.clock),
  );
  print(context, options, report, statusText);
}

const LONGEST_SILENCE_MS = 2 * MINUTE_MS;
const MOST_TRANSITIONS = 500;
const MOST_DEAD = 1_000;
/** Of what does not pass, in the order in which people look at it. */
const TROUBLE: readonly Verdict[] = ['fail', 'unknown', 'warn'];

function statusOf(store: Store, config: Config, clock: Pick<Clock, 'now'>): StatusReport {
  const at = clock.now();
  const sources = keptSources(store);
  const tenants = keptTenants(sources);
  const runs = store.runs.latest();
  // Without a daemon's list, as in a file of `verify --store`, the tenants are those that have runs.
  const ids = sources.length === 0 ? [...runs.keys()] : tenants.map(({ id }) => id);
  const hostnames = new Map(tenants.map(({ id, hostname }) => [id, hostname]));
  const latest = ids.flatMap((id) => runs.get(id) ?? []);
  const counts = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, latest.filter((run) => run.verdict === verdict).length]),
  ) as Record<Verdict, number>;
  const platform = store.scopes.latest('platform');
  const monitor = store.scopes.latest('monitor');
  return {
    schema: 'tenantwatch.status/1',
    at,
    database: { path: store.path, bytes: store.bytes() },
    daemon: daemonStatus(
      store,
      [platform?.until, monitor?.until, ...latest.map((run) => run.at)],
      at,
      config,
    ),
    platform: scopeStatus(platform),
    monitor: scopeStatus(monitor),
    sources: sourceReports(store),
    tenants: ids.length,
    counts,
    neverVerified: ids.length - latest.length,
    troubled: latest
      .filter(({ verdict }) => TROUBLE.includes(verdict))
      .map((run) => troubled(run, hostnames.get(run.tenant) ?? null, store))
      .toSorted((a, b) => TROUBLE.indexOf(a.verdict) - TROUBLE.indexOf(b.verdict) || b.since - a.since),
    incidents: store.incidents.unresolved(),
    silences: store.silences.active(at).length,
    alerts: {
      disabledChannels: [...store.outbox.disabledChannels()].map(([channel, { at: since, reason }]) => ({
        channel,
        at: since,
        reason,
      })),
      undeliverable: store.outbox.list({ state: 'dead', limit: MOST_DEAD }).length,
    },
  };
}

function daemonStatus(
  store: Pick<Store, 'lastDaemon'>,
  signs: readonly (number | undefined)[],
  now: number,
  { watch }: Config,
): DaemonStatus {
  const lastRunAt = signs.reduce<number>((last, sign) => Math.max(last, sign ?? 0), 0);
  const { platform } = watch;
  const patienceMs = Math.max(
    LONGEST_SILENCE_MS,
    'everyMs' in platform ? 3 * platform.everyMs : 0,
    3 * watch.edgeMs,
  );
  const holder = store.lastDaemon();
  return {
    alive: lastRunAt > 0 && now - lastRunAt <= patienceMs,
    lastRunAt: lastRunAt === 0 ? null : lastRunAt,
    pid: holder?.pid ?? null,
    host: holder?.host ?? null,
    since: holder?.since ?? null,
  };
}

function scopeStatus(state: ScopeState | null): ScopeStatus | null {
  if (state === null) return null;
  const { verdict, code, at, result } = state;
  return { verdict, code, since: at, summary: result.diagnosis?.summary ?? null };
}

function troubled(run: Run, hostname: string | null, store: Store): TroubledTenant {
  const transitions = store.transitions.between(run.tenant, 0, Number.MAX_SAFE_INTEGER, MOST_TRANSITIONS);
  const since = sinceWhen(run, transitions);
  const { tenant, verdict, code, at: lastRunAt } = run;
  return { tenant, hostname, verdict, code, since, why: why(run, since, store), lastRunAt };
}

/** The verdict may have been found with several causes in a row: it is the same trouble. */
function sinceWhen(run: Run, newestFirst: readonly Transition[]): number {
  let since = run.at;
  for (const { to, at } of newestFirst) {
    if (to.verdict !== run.verdict) break;
    since = at;
  }
  return since;
}

/** In the words of the diagnosis, where its evidence was kept; else the catalogue's, else the first check that says it. */
function why({ tenant, at, code, notPassed }: Run, since: number, store: Store): string {
  const kept = store.evidence.at(tenant, at);
  const diagnosis = kept !== null && kept.at >= since ? kept.result.diagnosis : null;
  if (diagnosis !== null && diagnosis.code === code) return diagnosis.summary;
  if (code !== null) return CATALOGUE[code].title;
  const telling = TROUBLE.flatMap((verdict) => notPassed.filter((check) => check.verdict === verdict))[0];
  return telling === undefined
    ? 'no check says why'
    : `${telling.check}: ${telling.reason ?? telling.verdict}`;
}
