import { Command } from 'commander';
import { toPlatform } from '../config/platform.ts';
import type { Config } from '../config/index.ts';
import { namedTenants } from '../model/named-tenants.ts';
import type { Tenant } from '../model/tenant.ts';
import { DAY_MS } from '../model/time.ts';
import { historyText, timingsOf, type HistoryReport } from '../reports/history.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import {
  addDatabaseOptions,
  keptSources,
  keptTenants,
  print,
  withDatabase,
  type DatabaseOptions,
} from './database.ts';
import { EXIT } from './exit-code.ts';
import { before, sinceOption, type Moment } from './moment.ts';

interface Options extends DatabaseOptions {
  readonly since: Moment;
}

/** One tenant's past. */
export function historyCommand(context: CliContext): Command {
  const command = new Command('history')
    .summary('what happened to a tenant')
    .description(
      'Sums up the runs of a tenant and shows what changed when: verdicts, deploys, incidents. Reads the database of the daemon.',
    )
    .argument('<tenant>', 'id, host name, app name or UUID')
    .addOption(sinceOption(DAY_MS));
  addDatabaseOptions(command).addHelpText('after', HELP);
  return command.action(async (name: string) => {
    const options = command.opts<Options>();
    await withDatabase(context, options, 'read', ({ store, config }) => {
      const tenant = tenantWithHistory(name, store, config);
      if (tenant === null) {
        context.stderr.write(`tenantwatch: no run of ${name} is kept in ${store.path}\n`);
        context.finish(EXIT.noTenant);
        return;
      }
      const now = context.clock.now();
      print(context, options, historyOf(tenant, store, before(options.since, now), now), historyText);
    });
  });
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
    timings: timingsOf(store.runs.between(id, since, end, MOST_TIMED_RUNS)),
    transitions: store.transitions.between(id, since, end, MOST_MOMENTS).toReversed(),
    deploys: store.deploys.between(app, since, end, MOST_MOMENTS).toReversed(),
    incidents: incidents.filter(({ resolvedAt }) => resolvedAt === null || resolvedAt >= since).toReversed(),
  };
}

function withoutTenant({ pass, warn, fail, unknown, skipped, ratio }: NonNullable<HistoryReport['runs']>) {
  return { pass, warn, fail, unknown, skipped, ratio };
}

const HELP = `
Counts begin with the full hour, or with the full day where hours are no longer kept.

Exit codes: 0 printed, 2 wrong usage or configuration, or no database, 4 no tenant matched.

Examples:
  tenantwatch history 999bc6549a64
  tenantwatch history 999bc6549a64.systemprompt.io --since 7d
  tenantwatch history sp-999bc6549a64 --since 2026-11-01 --json
`;
