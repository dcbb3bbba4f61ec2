import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addDatabaseOptions, type DatabaseOptions } from './database-options.ts';

/** A copy of the database while the daemon runs. */
export function backupCommand(context: CliContext): Command {
  const command = new Command('backup')
    .summary('copy the database while the daemon runs')
    .description(
      'Copies the database as it is at this moment, while the daemon goes on. The file appears, or replaces an older one, when ' +
        'the copy is complete; only its owner may read it.',
    )
    .argument('<file>', 'where the copy goes');
  addDatabaseOptions(command).addHelpText('after', HELP);
  return command.action(async (file: string) => {
    const { backUp } = await import('./run-backup.ts');
    await backUp(context, file, command.opts<DatabaseOptions>());
  });
}

const HELP = `
Restore it with the daemon stopped: copy the file to store.path, and remove the files beside it that end in -wal and -shm.

Exit codes: 0 copied, 2 wrong usage or configuration, no database, or no space, 130 and 143 stopped: then nothing is left behind.

Examples:
  tenantwatch backup /var/backups/tenantwatch.db
  tenantwatch backup "tenantwatch-$(date -u +%F).db" --json
`;
