import {
  createNotifiers,
  destinationOf,
  lostChannelNotice,
  noticeDeliveries,
  withFormer,
  type ChannelOptions,
  type FormerChannel,
  type NotifierSettings,
  type PastChannels,
} from '../alerts/index.ts';
import type { Notifier } from '../model/alert.ts';
import type { Incident } from '../model/incident.ts';
import type { Logger } from '../model/logger.ts';
import type { Store } from '../store/index.ts';

export interface OpenedChannels {
  readonly notifiers: readonly Notifier[];
  readonly past: PastChannels;
}

type ChannelStore = Pick<Store, 'incidents' | 'outbox' | 'smallState'>;

interface ChannelHost extends NotifierSettings {
  readonly logger: Logger;
}

/**
 * Notifiers of the channels as they are configured, and of those that the configuration had before a reload as long as they owe
 * someone the end of an incident. A new process knows no former address: whatever is owed there is said to the other channels.
 * Throws SecretError and StoreError.
 */
export function openChannels(
  configured: readonly ChannelOptions[],
  past: PastChannels | undefined,
  store: ChannelStore,
  host: ChannelHost,
): OpenedChannels {
  const unresolved = store.incidents.unresolved();
  const former = past === undefined ? [] : formerOf(configured, past, unresolved, store);
  const notifiers = createNotifiers(configured, host).map((current) =>
    withFormer(
      current,
      open(
        former.filter(({ options }) => options.name === current.name),
        host,
      ),
    ),
  );
  const names = new Set(configured.map(({ name }) => name));
  const removed = Map.groupBy(
    former.filter(({ options }) => !names.has(options.name)),
    ({ options }) => options.name,
  );
  // The latest settings of a removed channel stand for it; earlier ones keep what is theirs.
  for (const [, [latest, ...earlier]] of removed) {
    const [current] = latest === undefined ? [] : createNotifiers([latest.options], host);
    if (current !== undefined) notifiers.push(withFormer(current, open(earlier, host)));
  }
  if (past === undefined) tellLost(configured, unresolved, store, host);
  keepDestinations(configured, store);
  return { notifiers, past: { configured, former } };
}

function open(former: readonly FormerChannel[], host: ChannelHost) {
  return createNotifiers(
    former.map(({ options }) => options),
    host,
  ).map((notifier, index) => ({ notifier, incidents: former[index]?.incidents ?? new Set<string>() }));
}

/** Newest first. */
function formerOf(
  configured: readonly ChannelOptions[],
  past: PastChannels,
  unresolved: readonly Incident[],
  { outbox }: ChannelStore,
): readonly FormerChannel[] {
  const candidates: readonly { readonly options: ChannelOptions; readonly its?: ReadonlySet<string> }[] = [
    ...past.configured.map((options) => ({ options })),
    ...past.former.map(({ options, incidents }) => ({ options, its: incidents })),
  ];
  const elsewhere = new Set(past.former.flatMap(({ incidents }) => [...incidents]));
  return candidates.flatMap(({ options, its }) => {
    const current = configured.find(({ name }) => name === options.name);
    if (current !== undefined && destinationOf(current) === destinationOf(options)) return [];
    const owed = owedTo(options.name, unresolved, outbox);
    const incidents = new Set(owed.filter((id) => (its === undefined ? !elsewhere.has(id) : its.has(id))));
    return incidents.size === 0 ? [] : [{ options, incidents }];
  });
}

/** More never waited at once. */
const MOST = 10_000;

/** Incidents that the channel was told of, and whose end it was not told yet. */
function owedTo(
  channel: string,
  unresolved: readonly Incident[],
  outbox: Pick<Store['outbox'], 'list'>,
): readonly string[] {
  const open = unresolved.filter(({ announcedTo }) => announcedTo.includes(channel)).map(({ id }) => id);
  const waiting = (['waiting', 'leased'] as const)
    .flatMap((state) => outbox.list({ state, channel, limit: MOST }))
    .filter(({ message }) => 'incident' in message)
    .map(({ group }) => group);
  return [...new Set([...open, ...waiting])].filter(
    // What never arrived there is not owed there; of what is long ago no row is kept.
    (group) => {
      const rows = outbox.list({ channel, group, limit: MOST });
      return rows.length === 0 || rows.some(({ state }) => state === 'sent');
    },
  );
}

const DESTINATIONS = 'alerts.destinations';

/** After a restart with other channels: where they led before, nobody here knows any more. */
function tellLost(
  configured: readonly ChannelOptions[],
  unresolved: readonly Incident[],
  { outbox, smallState }: ChannelStore,
  { clock, logger }: ChannelHost,
): void {
  const before = smallState.get(DESTINATIONS);
  const known = typeof before === 'object' && before !== null ? before : {};
  const names = new Set([...Object.keys(known), ...unresolved.flatMap(({ announcedTo }) => announcedTo)]);
  for (const name of names) {
    const current = configured.find((channel) => channel.name === name);
    const was: unknown = Reflect.get(known, name);
    if (current !== undefined && (was === undefined || was === destinationOf(current))) continue;
    const incidents = owedTo(name, unresolved, outbox);
    if (incidents.length === 0) continue;
    const how = current === undefined ? 'is not in the configuration any more' : 'leads elsewhere now';
    const notice = lostChannelNotice(name, how, incidents, clock.now());
    logger.warn({ channel: name, incidents }, notice.text);
    outbox.add(
      noticeDeliveries(
        notice,
        configured.map((channel) => channel.name),
      ),
    );
  }
}

function keepDestinations(configured: readonly ChannelOptions[], { smallState }: ChannelStore): void {
  const next = Object.fromEntries(configured.map((channel) => [channel.name, destinationOf(channel)]));
  if (JSON.stringify(smallState.get(DESTINATIONS)) !== JSON.stringify(next))
    smallState.set(DESTINATIONS, next);
}
