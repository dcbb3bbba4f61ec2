import type { Alert, Message, Notifier } from '../model/alert.ts';
import type { ChannelOptions } from './options.ts';

/** A channel that the configuration had before, and the incidents whose end it still has to hear: one that it heard leaves. */
export interface FormerChannel {
  readonly options: ChannelOptions;
  readonly incidents: Set<string>;
}

/** What one configuration leaves to the next one in the same process. Secrets stay in memory. */
export interface PastChannels {
  readonly configured: readonly ChannelOptions[];
  readonly former: readonly FormerChannel[];
}

interface FormerNotifier {
  readonly notifier: Notifier;
  readonly incidents: Set<string>;
}

/** So often the former address is tried with one message: ten to twenty minutes, with the pauses of the delivery. */
const TRIES = 16;

/**
 * A channel whose address changed while incidents were open: what was told at the former address is told there to its end, and
 * everything else at the new one. Where the former one refuses for good or does not answer any more, which may be why it was
 * changed, the new one takes over.
 */
export function withFormer(current: Notifier, formers: readonly FormerNotifier[]): Notifier {
  if (formers.length === 0) return current;
  const unanswered = new Map<string, number>();
  const formerOf = (message: Message): FormerNotifier | undefined =>
    'incident' in message ? formers.find(({ incidents }) => incidents.has(message.incident.id)) : undefined;
  const all = [current, ...formers.map(({ notifier }) => notifier)];
  return {
    name: current.name,
    type: current.type,
    send: async (message, context) => {
      const former = formerOf(message);
      if (former === undefined || !('incident' in message)) return current.send(message, context);
      const { id } = message.incident;
      const outcome = await former.notifier.send(message, context);
      const tries = outcome.result === 'retry' ? (unanswered.get(id) ?? 0) + 1 : 0;
      unanswered.set(id, tries);
      const gone = outcome.result === 'disabled' || outcome.result === 'rejected' || tries >= TRIES;
      // What it was told is over owes it nothing more, should the trouble return.
      const over = outcome.result === 'sent' && message.reason === 'resolved';
      if (gone || over) former.incidents.delete(id);
      if (!gone) return outcome;
      // What the former place called the message, or may have got of it, means nothing in the new one.
      return current.send(message, { ...context, handle: null, possibleRepeat: false });
    },
    ...(all.every(({ resume }) => resume === undefined)
      ? {}
      : {
          resume: (alerts: readonly Alert[]) => {
            for (const [notifier, its] of Map.groupBy(
              alerts,
              (alert) => formerOf(alert)?.notifier ?? current,
            ))
              notifier.resume?.(its);
          },
        }),
    close: async () => {
      await Promise.all(all.map(async (notifier) => notifier.close?.()));
    },
  };
}
