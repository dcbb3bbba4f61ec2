import { Command } from 'commander';
import { DAY_MS } from '../model/time.ts';
import type { CliContext } from './context.ts';
import { addDatabaseOptions } from './database-options.ts';
import type { HistoryOptions } from './history-options.ts';
import { sinceOption } from './moment.ts';

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
    const { showHistory } = await import('./run-history.ts');
    await showHistory(context, name, command.opts<HistoryOptions>());
  });
}

const HELP = `
Counts begin with the full hour, or with the full day where hours are no longer kept.

Exit codes: 0 printed, 2 wrong usage or configuration, or no database, 4 no tenant matched.

Examples:
  tenantwatch history 999bc6549a64
  tenantwatch history 999bc6549a64.systemprompt.io --since 7d
  tenantwatch history sp-999bc6549a64 --since 2026-11-01 --json
`;
