import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { spokenDuration } from '../reports/wording.ts';
import type { CliContext } from './context.ts';
import { addDatabaseOptions, print, withDatabase, type DatabaseOptions } from './database.ts';
import { isLive } from './terminal.ts';
import { UsageError } from './usage-error.ts';

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
    const options = command.opts<DatabaseOptions>();
    const target = resolve(context.cwd, file);
    requireFolder(target);
    const beganMs = context.clock.monotonicMs();
    await withDatabase(context, options, 'read', async ({ store }) => {
      await store.backup(target, { signal: context.signal, onProgress: progress(context) });
    });
    const document = {
      schema: 'tenantwatch.backup/1',
      file: target,
      bytes: statSync(target).size,
      durationMs: Math.round(context.clock.monotonicMs() - beganMs),
    };
    print(
      context,
      options,
      document,
      ({ bytes, durationMs }) => `${target}: ${bytes} bytes in ${spokenDuration(durationMs)}\n`,
    );
  });
}

function requireFolder(target: string): void {
  const folder = dirname(target);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`the folder ${folder} does not exist`);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UsageError(`${target} is a folder: name a file`);
}

/** One line that is rewritten, on a terminal that can. */
function progress({ stderr, env }: CliContext): (pagesDone: number, pagesTotal: number) => void {
  if (!isLive(stderr, env)) return () => undefined;
  return (done, total) => {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    stderr.write(done >= total ? '\r\u001b[K' : `\rcopied ${percent} %`);
  };
}

const HELP = `
Restore it with the daemon stopped: copy the file to store.path, and remove the files beside it that end in -wal and -shm.

Exit codes: 0 copied, 2 wrong usage or configuration, no database, or no space, 130 and 143 stopped: then nothing is left behind.

Examples:
  tenantwatch backup /var/backups/tenantwatch.db
  tenantwatch backup "tenantwatch-$(date -u +%F).db" --json
`;
