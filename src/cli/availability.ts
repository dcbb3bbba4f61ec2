import { Command } from 'commander';
import { DAY_MS } from '../model/time.ts';
import { availabilityReport, availabilityText } from '../reports/availability.ts';
import type { CliContext } from './context.ts';
import { addDatabaseOptions, print, withDatabase, type DatabaseOptions } from './database.ts';
import { EXIT } from './exit-code.ts';
import { tenantWithHistory } from './history.ts';
import { before, sinceOption, type Moment } from './moment.ts';
import { limitOption } from './option-values.ts';

interface Options extends DatabaseOptions {
  readonly since: Moment;
  readonly limit?: number;
}

/** How much of the time sites worked. */
export function availabilityCommand(context: CliContext): Command {
  const command = new Command('availability')
    .summary('how much of the time sites worked')
    .description(
      'Shows for one tenant, or for all with the worst first, which share of the decided runs passed. Reads the database of the daemon.',
    )
    .argument('[tenant]', 'id, host name, app name or UUID')
    .addOption(sinceOption(30 * DAY_MS))
    .option('--limit <count>', 'show so many tenants at most (default: 50, all as JSON)', limitOption);
  addDatabaseOptions(command).addHelpText('after', HELP);
  return command.action(async (name: string | undefined) => {
    const options = command.opts<Options>();
    await withDatabase(context, options, 'read', ({ store, config }) => {
      const tenant = name === undefined ? undefined : tenantWithHistory(name, store, config);
      if (tenant === null) {
        context.stderr.write(`tenantwatch: no run of ${name ?? ''} is kept in ${store.path}\n`);
        context.finish(EXIT.noTenant);
        return;
      }
      const until = context.clock.now();
      const since = before(options.since, until);
      const json = options.json === true || options.format === 'json';
      const limit = options.limit ?? (json ? Number.POSITIVE_INFINITY : SHOWN);
      const all = store.rollups.availability(tenant?.id ?? null, since);
      print(context, options, availabilityReport(all, { since, until, limit }), availabilityText);
    });
  });
}

const SHOWN = 50;

const HELP = `
A share is (passed + with warnings) / (passed + with warnings + failed): what we could not tell counts for nobody.
Counts begin with the full hour, or with the full day where hours are no longer kept.

Exit codes: 0 printed, 2 wrong usage or configuration, or no database, 4 no tenant matched.

Examples:
  tenantwatch availability
  tenantwatch availability 999bc6549a64 --since 30d
  tenantwatch availability --since 2026-11-01 --limit 10
`;
