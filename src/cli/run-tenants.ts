import { ACCEPTED_LOSSES, withAcceptedLoss, type AcceptedLoss } from '../model/tenant-list.ts';
import type { Json } from '../model/json.ts';
import { SECOND_MS } from '../model/time.ts';
import { plainText } from '../model/text.ts';
import { sourceReport, tenantsText, type SourceReport } from '../reports/tenants.ts';
import { say } from '../reports/wording.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { keptSources, keptTenants, print, withDatabase } from './database.ts';
import { EXIT } from './exit-code.ts';
import type { AcceptLossOptions } from './operator-options.ts';
import { audited, operatorName } from './operator.ts';
import { UsageError } from './usage-error.ts';

export async function listTenants(context: CliContext, options: DatabaseOptions): Promise<void> {
  await withDatabase(context, options, 'read', ({ store }) => {
    const sources = keptSources(store);
    const report = {
      schema: 'tenantwatch.tenants/1',
      at: context.clock.now(),
      sources: sourceReports(store),
      tenants: keptTenants(sources),
    } as const;
    print(context, options, report, tenantsText);
  });
}

/** The sources as `status` and `tenants` show them. */
export function sourceReports(store: Pick<Store, 'smallState'>): readonly SourceReport[] {
  return keptSources(store).map(sourceReport);
}

/** The daemon asks its sources as soon as it sees the confirmation; a source may take a while to answer. */
const PATIENCE_MS = 10 * SECOND_MS;
const LOOK_MS = 100;

export async function acceptLoss(
  context: CliContext,
  name: string,
  options: AcceptLossOptions,
): Promise<void> {
  const { clock, signal } = context;
  const by = operatorName(options.author, context);
  await withDatabase(context, options, 'write', async ({ store }) => {
    const find = (): SourceReport | undefined => sourceReports(store).find((one) => one.name === name);
    const before = find();
    if (before === undefined) throw new UsageError(noSuchSource(name, store));
    const accepted: AcceptedLoss = { source: name, by, at: clock.now() };
    const entry = { actor: by, action: 'tenants.accept', subject: name, detail: { lost: before.lost } };
    if (before.reason !== null)
      audited(store, clock, entry, () => {
        const kept = (store.smallState.get(ACCEPTED_LOSSES) ?? []) as unknown as readonly AcceptedLoss[];
        store.smallState.set(ACCEPTED_LOSSES, withAcceptedLoss(kept, accepted) as unknown as Json);
      });

    const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
    let now = before;
    while (now.reason !== null && clock.monotonicMs() < deadlineMs) {
      await clock.sleep(LOOK_MS, signal);
      now = find() ?? now;
    }
    const outcome = now.reason === null ? 'done' : 'waiting';
    const document = {
      schema: 'tenantwatch.accepted-loss/1',
      source: name,
      by,
      outcome,
      before: before.tenants,
      after: now.tenants,
      reason: now.reason,
    } as const;
    print(context, options, document, () => answerText(before, now));
    context.finish({ done: EXIT.passed, waiting: EXIT.couldNotTell }[outcome]);
  });
}

function answerText(before: SourceReport, now: SourceReport): string {
  const source = `source ${say(now.name)}`;
  if (before.reason === null) return `${source} is believed already: ${now.tenants} in use\n`;
  if (now.reason === null) return `${source} is believed: ${now.tenants} in use, ${before.tenants} before\n`;
  return (
    `${source}: no daemon took it yet. Its next list is believed when one comes within an hour. ` +
    `At present: ${say(now.reason)}\n`
  );
}

function noSuchSource(name: string, store: Pick<Store, 'smallState'>): string {
  const names = keptSources(store).map((source) => plainText(source.name, 200));
  const known = names.length === 0 ? 'no daemon has asked its sources yet' : `known are ${names.join(', ')}`;
  return `there is no tenant source ${plainText(name, 80)}; ${known}`;
}
