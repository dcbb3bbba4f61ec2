import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addDatabaseOptions, type DatabaseOptions } from './database-options.ts';

/** What the daemon knows now, read from its database. */
export function statusCommand(context: CliContext): Command {
  const command = new Command('status')
    .summary('what is wrong now, from the database of the daemon')
    .description(
      'Shows the platform and the monitor, counts of tenants, what does not pass since when and why, and the open incidents. ' +
        'Reads the database of the daemon, which may be running.',
    );
  addDatabaseOptions(command).addHelpText('after', HELP);
  return command.action(async () => {
    const { showStatus } = await import('./run-status.ts');
    await showStatus(context, command.opts<DatabaseOptions>());
  });
}

const HELP = `
Exit codes: 0 printed, 2 wrong usage or configuration, or no database.

Examples:
  tenantwatch status
  tenantwatch status --json
  tenantwatch status --config /etc/tenantwatch/tenantwatch.yaml
`;
