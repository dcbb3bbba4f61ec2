import { Command, Option } from 'commander';
import { EXPORT_FORMATS } from '../reports/run-records.ts';
import type { CliContext } from './context.ts';
import { addPlaceOptions } from './database-options.ts';
import type { ExportOptions } from './history-options.ts';
import { momentOption } from './moment.ts';

/** Runs for other programs. */
export function exportCommand(context: CliContext): Command {
  const command = new Command('export')
    .summary('print the runs for other programs')
    .description(
      'Prints every run that is kept, tenant by tenant and newest first, as it reads it: however many there are, memory stays small. ' +
        'Reads the database of the daemon, which may be running.',
    )
    .addOption(
      new Option('--format <format>', 'form of the records').choices(EXPORT_FORMATS).default('ndjson'),
    )
    .option('--json', 'the same as --format json: one array')
    .option('--since <time>', 'no older runs: a duration such as 24h, or a time', momentOption)
    .option('--until <time>', 'only runs before: a duration ago, or a time', momentOption)
    .option('--tenant <tenant>', 'only this one: id, host name, app name or UUID');
  addPlaceOptions(command).addHelpText('after', HELP);
  return command.action(async () => {
    const { exportRuns } = await import('./run-export.ts');
    await exportRuns(context, command.opts<ExportOptions>());
  });
}

const HELP = `
Records: tenant, at, verdict, code, trigger, durationMs, stages (ms), notPassed.

Exit codes: 0 printed, 2 wrong usage or configuration, or no database, 4 no tenant matched, 130 and 143 stopped.

Examples:
  tenantwatch export --since 7d > runs.ndjson
  tenantwatch export --format csv --tenant 999bc6549a64 > runs.csv
  tenantwatch export --since 2026-11-01 --until 2026-11-02 | jq -r 'select(.verdict == "fail") | .tenant' | sort | uniq -c
`;
