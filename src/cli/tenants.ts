import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addDatabaseOptions, type DatabaseOptions } from './database-options.ts';
import { asDefault } from './default-command.ts';
import type { AcceptLossOptions } from './operator-options.ts';

/** Who is watched, and where the daemon has that from. */
export function tenantsCommand(context: CliContext): Command {
  const list = new Command('list')
    .summary('show the tenants and their sources')
    .description(
      'Shows the sources of tenants, why the latest list of one is not believed, and every tenant.',
    );
  addDatabaseOptions(list)
    .addHelpText('after', LIST_CODES)
    .action(async () => {
      const { listTenants } = await import('./run-tenants.ts');
      await listTenants(context, list.opts<DatabaseOptions>());
    });

  const accept = new Command('accept')
    .summary('confirm that the tenants a source lost are really gone')
    .description(
      'Tells the daemon to believe the next list of a source, however much it lost. Without that a source that suddenly lists ' +
        'nothing, or lost a larger share than watch.maxLossShare, keeps its last good list. The daemon asks the source at once.',
    )
    .argument('<source>', 'its name, as "tenants list" shows it')
    .option('--author <name>', 'who says so (default: $USER)');
  addDatabaseOptions(accept).addHelpText('after', ACCEPT_CODES);
  accept.action(async (source: string) => {
    const { acceptLoss } = await import('./run-tenants.ts');
    await acceptLoss(context, source, accept.opts<AcceptLossOptions>());
  });

  return new Command('tenants')
    .summary('who is watched, and where the list comes from')
    .description('Tenants as the daemon knows them, and their sources.')
    .addCommand(asDefault(list), { isDefault: true })
    .addCommand(accept)
    .addHelpText('after', HELP);
}

const LIST_CODES = '\nExit codes: 0 printed, 2 wrong usage or configuration, or no database.\n';

const ACCEPT_CODES = `
Exit codes: 0 done, 2 wrong usage or configuration, no such source, or no database, 3 kept for the daemon, which did not take it
within 10 s.
`;

const HELP = `
Exit codes: 0 printed or done, 2 wrong usage or configuration, no such source, or no database. accept also: 3 kept for the daemon.

Examples:
  tenantwatch tenants
  tenantwatch tenants --json
  tenantwatch tenants accept fly
`;
