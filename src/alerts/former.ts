import type { Alert, Message, Notifier } from '../model/alert.ts';
import type { ChannelOptions } from './options.ts';

/** A channel that the configuration had before, and the incidents that it was told of and that are not over. */
export interface FormerChannel {
  readonly options: ChannelOptions;
  readonly incidents: ReadonlySet<string>;
}

/** What one configuration leaves to the next one in the same process. Secrets stay in memory. */
export interface PastChannels {
  readonly configured: readonly ChannelOptions[];
  readonly former: readonly FormerChannel[];
}

interface FormerNotifier {
  readonly notifier: Notifier;
  readonly incidents: ReadonlySet<string>;
}

/**
 * A channel whose address changed while incidents were open: what was told at the former address is told there to its end, and
 * everything else at the new one. Where the former one refuses for good, which may be why it was changed, the new one takes over.
 */
export function withFormer(current: Notifier, formers: readonly FormerNotifier[]): Notifier {
  if (formers.length === 0) return current;
  const left = new Set<string>();
  const formerOf = (message: Message): Notifier | undefined => {
    if (!('incident' in message) || left.has(message.incident.id)) return undefined;
    return formers.find(({ incidents }) => incidents.has(message.incident.id))?.notifier;
  };
  const all = [current, ...formers.map(({ notifier }) => notifier)];
  return {
    name: current.name,
    type: current.type,
    send: async (message, context) => {
      const former = formerOf(message);
      if (former === undefined) return current.send(message, context);
      const outcome = await former.send(message, context);
      const refused = outcome.result === 'disabled' || outcome.result === 'rejected';
      // What it was told is over owes it nothing more, should the trouble return.
      const over = outcome.result === 'sent' && message.reason === 'resolved';
      if ('incident' in message && (refused || over)) left.add(message.incident.id);
      if (!refused) return outcome;
      // What the former place called the message means nothing in the new one.
      return current.send(message, { ...context, handle: null });
    },
    ...(all.every(({ resume }) => resume === undefined)
      ? {}
      : {
          resume: (alerts: readonly Alert[]) => {
            for (const [notifier, its] of Map.groupBy(alerts, (alert) => formerOf(alert) ?? current))
              notifier.resume?.(its);
          },
        }),
    close: async () => {
      await Promise.all(all.map(async (notifier) => notifier.close?.()));
    },
  };
}
