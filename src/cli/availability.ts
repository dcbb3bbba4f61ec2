import { Command } from 'commander';
import { DAY_MS } from '../model/time.ts';
import type { CliContext } from './context.ts';
import { addDatabaseOptions } from './database-options.ts';
import type { AvailabilityOptions } from './history-options.ts';
import { sinceOption } from './moment.ts';
import { limitOption } from './option-values.ts';

/** Which share of the runs passed. */
export function availabilityCommand(context: CliContext): Command {
  const command = new Command('availability')
    .summary('which share of the runs passed')
    .description(
      'Shows for one tenant, or for all with the worst first, which share of the decided runs passed. Reads the database of the daemon.',
    )
    .argument('[tenant]', 'id, host name, app name or UUID')
    .addOption(sinceOption(30 * DAY_MS))
    .option('--limit <count>', 'show so many tenants at most (default: 50, all as JSON)', limitOption);
  addDatabaseOptions(command).addHelpText('after', HELP);
  return command.action(async (name: string | undefined) => {
    const { showAvailability } = await import('./run-availability.ts');
    await showAvailability(context, name, command.opts<AvailabilityOptions>());
  });
}

const HELP = `
A share is (passed + with warnings) / (passed + with warnings + failed): what we could not tell counts for nobody.
Runs on schedule count; those after a deploy come in crowds while something is wrong, and count only where there are no others.
Counts begin with the full hour, or with the full day where hours are no longer kept.

Exit codes: 0 printed, 2 wrong usage or configuration, or no database, 4 no tenant matched.

Examples:
  tenantwatch availability
  tenantwatch availability 999bc6549a64 --since 30d
  tenantwatch availability --since 2026-11-01 --limit 10
`;
