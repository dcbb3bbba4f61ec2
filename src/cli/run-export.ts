import type { Run } from '../model/run.ts';
import { RECORD_FORMATS, type ExportFormat } from '../reports/run-records.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import { withDatabase } from './database.ts';
import type { ExportOptions } from './history-options.ts';
import { before } from './moment.ts';
import { noHistory, tenantWithHistory } from './run-history.ts';

export async function exportRuns(context: CliContext, options: ExportOptions): Promise<void> {
  await withDatabase(context, options, 'read', async ({ store, config }) => {
    const { tenant: name } = options;
    const tenant = name === undefined ? undefined : tenantWithHistory(name, store, config);
    if (tenant === null) {
      noHistory(context, name ?? '', store);
      return;
    }
    const now = context.clock.now();
    const since = options.since === undefined ? 0 : before(options.since, now);
    const until = options.until === undefined ? now + 1 : before(options.until, now);
    const tenants = tenant === undefined ? store.runs.tenants() : [tenant.id];
    const format = options.json === true ? 'json' : options.format;
    await write(context, format, runs(store, tenants, since, until));
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
