import { Command, Option } from 'commander';
import { EXPORT_FORMATS, RECORD_FORMATS, type ExportFormat } from '../reports/run-records.ts';
import type { Run } from '../model/run.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import { addPlaceOptions, withDatabase, type DatabaseOptions } from './database.ts';
import { EXIT } from './exit-code.ts';
import { tenantWithHistory } from './history.ts';
import { before, momentOption, type Moment } from './moment.ts';

interface Options extends Pick<DatabaseOptions, 'config' | 'store'> {
  readonly format: ExportFormat;
  readonly json?: true;
  readonly since?: Moment;
  readonly until?: Moment;
  readonly tenant?: string;
}

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
    const options = command.opts<Options>();
    await withDatabase(context, options, 'read', async ({ store, config }) => {
      const tenant =
        options.tenant === undefined ? undefined : tenantWithHistory(options.tenant, store, config);
      if (tenant === null) {
        context.stderr.write(`tenantwatch: no run of ${options.tenant ?? ''} is kept in ${store.path}\n`);
        context.finish(EXIT.noTenant);
        return;
      }
      const now = context.clock.now();
      const since = options.since === undefined ? 0 : before(options.since, now);
      const until = options.until === undefined ? now + 1 : before(options.until, now);
      const tenants = tenant === undefined ? store.runs.tenants() : [tenant.id];
      await write(
        context,
        options.json === true ? 'json' : options.format,
        runs(store, tenants, since, until),
      );
    });
  });
}

/** So many runs are in memory at once. */
const PAGE = 2_000;

/** Page after page; what is written meanwhile is newer than the first page and left out. */
function* runs(
  store: Pick<Store, 'runs'>,
  tenants: readonly string[],
  since: number,
  until: number,
): Generator<readonly Run[]> {
  for (const tenant of tenants) {
    let end = until;
    for (;;) {
      const page = store.runs.between(tenant, since, end, PAGE);
      const oldest = page.at(-1);
      if (oldest === undefined) break;
      yield page;
      end = oldest.at;
    }
  }
}

async function write(
  { stdout, signal }: Pick<CliContext, 'stdout' | 'signal'>,
  format: ExportFormat,
  pages: Iterable<readonly Run[]>,
): Promise<void> {
  const { head, record, separator, tail } = RECORD_FORMATS[format];
  stdout.write(head);
  let any = false;
  for (const page of pages) {
    signal.throwIfAborted();
    stdout.write((any ? separator : '') + page.map(record).join(separator));
    any = true;
    // The reader decides how fast it goes, and whether it goes on.
    if ((await stdout.drained?.()) === false) return;
  }
  if (any || format === 'json') stdout.write(tail);
}

const HELP = `
Records: tenant, at, verdict, code, trigger, durationMs, stages (ms), notPassed.

Exit codes: 0 printed, 2 wrong usage or configuration, or no database, 4 no tenant matched, 130 and 143 stopped.

Examples:
  tenantwatch export --since 7d > runs.ndjson
  tenantwatch export --format csv --tenant 999bc6549a64 > runs.csv
  tenantwatch export --since 2026-11-01 --until 2026-11-02 | jq -r 'select(.verdict == "fail") | .tenant' | sort | uniq -c
`;
