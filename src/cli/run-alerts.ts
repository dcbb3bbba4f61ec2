import type { Config } from '../config/index.ts';
import type { DeliveryOutcome } from '../model/alert.ts';
import { counted } from '../model/spoken.ts';
import { plainText } from '../model/text.ts';
import { SECOND_MS } from '../model/time.ts';
import { deliveriesText, summarize, type ChannelTrouble } from '../reports/deliveries.ts';
import { say } from '../reports/wording.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { loadForDatabase, print, withDatabase } from './database.ts';
import { EXIT } from './exit-code.ts';
import type { DeliveriesOptions, RetryOptions } from './operator-options.ts';
import { audited, operatorName } from './operator.ts';
import { UsageError } from './usage-error.ts';

const TEST_TIMEOUT_MS = 30 * SECOND_MS;

export async function testChannel(
  context: CliContext,
  channel: string,
  options: DatabaseOptions,
): Promise<void> {
  const config = loadForDatabase(context, options);
  const { channels } = config.alerts;
  if (!channels.some(({ name }) => name === channel)) {
    const known = channels.map(({ name }) => name).join(', ');
    throw new UsageError(
      `there is no channel ${plainText(channel, 80)} in alerts.channels${known === '' ? ', which is empty' : `; there are: ${known}`}`,
    );
  }
  const deadline = AbortSignal.any([context.signal, AbortSignal.timeout(TEST_TIMEOUT_MS)]);
  const outcome = await context.sendTest(config, channel, deadline);
  context.signal.throwIfAborted();
  await keepTest(context, config, channel, outcome);
  const document = {
    schema: 'tenantwatch.channel-test/1',
    channel,
    delivered: failureOf(outcome) === null,
    reason: failureOf(outcome),
  } as const;
  print(context, options, document, () => `${channel}: ${outcomeWords(outcome)}\n`);
  if (failureOf(outcome) !== null) context.finish(EXIT.failed);
}

/** Who tested what, for the audit trail. A test needs no database: where there is none, none is kept. */
async function keepTest(
  context: CliContext,
  config: Config,
  channel: string,
  outcome: DeliveryOutcome,
): Promise<void> {
  const { env, clock, stderr } = context;
  const reason = failureOf(outcome);
  try {
    const store = await context.openStore(config, 'write');
    try {
      store.audit.add({
        at: clock.now(),
        actor: plainText(env.USER ?? env.LOGNAME ?? '', 80) || 'nobody signed in',
        action: 'alerts.test',
        subject: channel,
        outcome: reason === null ? 'done' : 'failed',
        detail: reason === null ? {} : { reason },
      });
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'StoreError') throw error;
    if (!('code' in error) || error.code !== 'missing')
      stderr.write(`tenantwatch: the test is not in the audit trail: ${error.message}\n`);
  }
}

/** Null: everybody got it. */
function failureOf(outcome: DeliveryOutcome): string | null {
  if (outcome.result !== 'sent') return outcome.reason;
  return outcome.missed === undefined ? null : `refused for ${outcome.missed}`;
}

function outcomeWords(outcome: DeliveryOutcome): string {
  switch (outcome.result) {
    case 'sent':
      return outcome.missed === undefined
        ? 'the test message was delivered'
        : `delivered, but refused for ${say(outcome.missed)}`;
    case 'retry':
      return `not delivered: ${say(outcome.reason)} (the daemon would try again)`;
    case 'rejected':
      return `refused by the receiver: ${say(outcome.reason)}`;
    case 'disabled':
      return `refused for good, the daemon would disable the channel: ${say(outcome.reason)}`;
  }
}

export async function listDeliveries(context: CliContext, options: DeliveriesOptions): Promise<void> {
  const { dead, channel, incident, limit } = options;
  const state = dead === true ? 'dead' : options.state;
  await withDatabase(context, options, 'read', ({ store, config }) => {
    const deliveries = store.outbox
      .list({
        ...(state === undefined ? {} : { state }),
        ...(channel === undefined ? {} : { channel }),
        ...(incident === undefined ? {} : { group: incident }),
        limit,
      })
      .map(summarize);
    const report = {
      schema: 'tenantwatch.deliveries/1',
      at: context.clock.now(),
      deliveries,
      channels: channelsInTrouble(store, config),
    } as const;
    print(context, options, report, deliveriesText);
  });
}

/** More never waited at once. */
const MOST_WAITING = 10_000;

/** Channels that take nothing at present, and how many messages wait for each. */
function channelsInTrouble(store: Pick<Store, 'outbox'>, config: Config): readonly ChannelTrouble[] {
  const { outbox } = store;
  const waiting = Map.groupBy(
    outbox.list({ state: 'waiting', limit: MOST_WAITING }),
    ({ channel }) => channel,
  );
  const disabled = outbox.disabledChannels();
  const configured = new Set(config.alerts.channels.map(({ name }) => name));
  const names = new Set([...disabled.keys(), ...[...waiting.keys()].filter((name) => !configured.has(name))]);
  return [...names].toSorted().map((channel) => ({
    channel,
    configured: configured.has(channel),
    disabled: disabled.get(channel) ?? null,
    waiting: waiting.get(channel)?.length ?? 0,
  }));
}

export async function enableChannel(
  context: CliContext,
  channel: string,
  options: RetryOptions,
): Promise<void> {
  const author = operatorName(options.author, context);
  await withDatabase(context, options, 'write', ({ store, config }) => {
    const { outbox } = store;
    const disabled = outbox.disabledChannels().get(channel);
    if (disabled === undefined) {
      const known = config.alerts.channels.some(({ name }) => name === channel);
      const name = plainText(channel, 80);
      throw new UsageError(known ? `${name} is not disabled` : `there is no channel ${name}`);
    }
    const entry = { actor: author, action: 'alerts.enable', subject: channel };
    audited(store, context.clock, { ...entry, detail: { disabled: disabled.reason } }, () => {
      outbox.enableChannel(channel);
    });
    const waiting = outbox.list({ state: 'waiting', channel, limit: MOST_WAITING }).length;
    const document = { schema: 'tenantwatch.channel-enabled/1', channel, waiting } as const;
    const words =
      waiting === 0 ? 'nothing waits for it' : `${counted(waiting, 'message')} to be sent by the daemon`;
    print(context, options, document, () => `${channel} is enabled again; ${words}\n`);
  });
}

/** More were never given up at once. */
const MOST_DEAD = 10_000;

export async function retryDeliveries(
  context: CliContext,
  ids: readonly string[],
  options: RetryOptions,
): Promise<void> {
  const all = options.all === true;
  if (all === ids.length > 0) throw new UsageError('name the deliveries, or say --all');
  const author = operatorName(options.author, context);
  await withDatabase(context, options, 'write', ({ store }) => {
    const dead = store.outbox.list({ state: 'dead', limit: MOST_DEAD }).map(({ id }) => id);
    const unknown = ids.filter((id) => !dead.includes(id));
    if (unknown.length > 0)
      throw new UsageError(
        `not given up: ${unknown.map((id) => plainText(id, 120)).join(', ')}; "tenantwatch alerts deliveries --dead" shows what is`,
      );
    const chosen = all ? dead : ids;
    const requeue = (): number => store.outbox.requeue(chosen, context.clock.now());
    const detail = { count: chosen.length, ids: chosen.slice(0, 100) };
    const entry = { actor: author, action: 'alerts.retry', subject: 'deliveries', detail };
    const requeued = chosen.length === 0 ? 0 : audited(store, context.clock, entry, requeue);
    const overtaken = chosen.length - requeued;
    print(
      context,
      options,
      { schema: 'tenantwatch.retry/1', requeued, overtaken, ids: chosen } as const,
      () => `${retryWords(requeued, overtaken)}\n`,
    );
  });
}

function retryWords(requeued: number, overtaken: number): string {
  const again = requeued === 0 ? 'nothing to be sent again' : `${requeued} to be sent again by the daemon`;
  if (overtaken === 0) return again;
  return `${again}; ${overtaken} left as ${overtaken === 1 ? 'it is' : 'they are'}: the channel has later news of the same incident`;
}
