import { availabilityReport, availabilityText } from '../reports/availability.ts';
import type { CliContext } from './context.ts';
import { print, withDatabase } from './database.ts';
import { isJson } from './database-options.ts';
import type { AvailabilityOptions } from './history-options.ts';
import { before } from './moment.ts';
import { noHistory, tenantWithHistory } from './run-history.ts';

/** For people; the whole list is for programs. */
const SHOWN = 50;

/** @param name a tenant; undefined: all of them */
export async function showAvailability(
  context: CliContext,
  name: string | undefined,
  options: AvailabilityOptions,
): Promise<void> {
  await withDatabase(context, options, 'read', ({ store, config }) => {
    const tenant = name === undefined ? undefined : tenantWithHistory(name, store, config);
    if (tenant === null) {
      noHistory(context, name ?? '', store);
      return;
    }
    const until = context.clock.now();
    const since = before(options.since, until);
    const limit = options.limit ?? (isJson(options) ? Number.POSITIVE_INFINITY : SHOWN);
    const all = store.rollups.availability(tenant?.id ?? null, since);
    print(context, options, availabilityReport(all, { since, until, limit }), availabilityText);
  });
}
