import { toPlatform } from '../config/platform.ts';
import type { Config } from '../config/index.ts';
import { namedTenants } from '../model/named-tenants.ts';
import type { Tenant } from '../model/tenant.ts';
import { plainText } from '../model/text.ts';
import { followedDeploys, historyText, timingsOf, type HistoryReport } from '../reports/history.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import { keptSources, keptTenants, print, withDatabase } from './database.ts';
import { EXIT } from './exit-code.ts';
import type { HistoryOptions } from './history-options.ts';
import { before } from './moment.ts';

export async function showHistory(context: CliContext, name: string, options: HistoryOptions): Promise<void> {
  await withDatabase(context, options, 'read', ({ store, config }) => {
    const tenant = tenantWithHistory(name, store, config);
    if (tenant === null) {
      noHistory(context, name, store);
      return;
    }
    const now = context.clock.now();
    print(context, options, historyOf(tenant, store, before(options.since, now), now), historyText);
  });
}

/** Says that no run of the tenant is kept; exit code 4. */
export function noHistory(context: CliContext, name: string, { path }: Pick<Store, 'path'>): void {
  context.stderr.write(`tenantwatch: no run of ${plainText(name, 80)} is kept in ${path}\n`);
  context.finish(EXIT.noTenant);
}

const MOST_TIMED_RUNS = 5_000;
const MOST_MOMENTS = 1_000;

/** The tenant as the daemon knows it, or as the templates make it; null when the database knows nothing of it. */
export function tenantWithHistory(name: string, store: Store, config: Config): Tenant | null {
  const listed = keptTenants(keptSources(store));
  const [tenant] = namedTenants([name], listed, toPlatform(config)).tenants;
  if (tenant === undefined) return null;
  const known = store.runs.latestOf(tenant.id) !== null || listed.some(({ id }) => id === tenant.id);
  return known ? tenant : null;
}

function historyOf(tenant: Tenant, store: Store, since: number, until: number): HistoryReport {
  const { id, hostname, app } = tenant;
  const end = until + 1;
  const runs = store.runs.between(id, since, end, MOST_TIMED_RUNS);
  const [counts] = store.rollups.availability(id, since);
  const incidents = store.incidents.list({ subject: { scope: 'tenant', name: id }, limit: MOST_MOMENTS });
  return {
    schema: 'tenantwatch.history/1',
    tenant: id,
    hostname,
    app,
    since,
    until,
    latest: store.runs.latestOf(id),
    runs: counts === undefined ? null : withoutTenant(counts),
    timings: timingsOf(runs),
    transitions: store.transitions.between(id, since, end, MOST_MOMENTS).toReversed(),
    deploys: followedDeploys(store.deploys.between(app, since, end, MOST_MOMENTS), runs),
    incidents: incidents.filter(({ resolvedAt }) => resolvedAt === null || resolvedAt >= since).toReversed(),
  };
}

function withoutTenant({ pass, warn, fail, unknown, skipped, ratio }: NonNullable<HistoryReport['runs']>) {
  return { pass, warn, fail, unknown, skipped, ratio };
}
