import type { DeliveryOutcome } from '../model/alert.ts';
import { plainText } from '../model/text.ts';

interface Refusal {
  readonly address: string;
  readonly forGood: boolean;
  /** `ops@example.com (SMTP 550)`: the code only, a server may say anything. */
  readonly text: string;
}

/** A message that some of its recipients took and others did not. */
interface UnderWay {
  readonly tries: number;
  /** Whoever is to be tried again. */
  readonly left: readonly string[];
  /** Whoever refused it for good. */
  readonly refused: readonly string[];
}

/** A server takes or refuses each recipient by itself: whoever was refused for now gets the message later, nobody gets it twice. */
export interface MailRecipients {
  /** Who did not get this message yet. */
  readonly left: (messageId: string) => readonly string[];
  /** The server took the message for at least one of them. @param info nodemailer's */
  readonly taken: (messageId: string, info: unknown) => DeliveryOutcome;
  /** It took the message for none of them. */
  readonly failed: (messageId: string, outcome: DeliveryOutcome) => DeliveryOutcome;
}

/** About a minute. Longer must nobody's full mailbox hold up what the others are to hear next of the same incident. */
const TRIES = 6;
/** Messages under way at once. Any more is sent to everybody again, under the same `Message-ID`. */
const MOST = 1_000;

/** In memory: after a restart everybody gets again, under the same `Message-ID`, what was not taken for all. */
export function createMailRecipients(all: readonly string[]): MailRecipients {
  const underWay = new Map<string, UnderWay>();
  const conclude = (messageId: string, refusals: readonly Refusal[]): DeliveryOutcome => {
    const before = underWay.get(messageId);
    underWay.delete(messageId);
    const tries = (before?.tries ?? 0) + 1;
    const final = refusals.filter(({ forGood }) => forGood || tries >= TRIES).map(({ text }) => text);
    const refused = [...(before?.refused ?? []), ...final];
    if (final.length < refusals.length) {
      const later = refusals.filter(({ forGood }) => !forGood);
      const left = later.map(({ address }) => address);
      if (underWay.size < MOST) underWay.set(messageId, { tries, left, refused });
      return { result: 'retry', reason: `${listed(later.map(({ text }) => text))}; the others have it` };
    }
    return refused.length === 0 ? { result: 'sent' } : { result: 'sent', missed: listed(refused) };
  };
  return {
    left: (messageId) => underWay.get(messageId)?.left ?? all,
    taken: (messageId, info) => conclude(messageId, refusalsOf(info)),
    failed: (messageId, outcome) => {
      const before = underWay.get(messageId);
      if (before === undefined || outcome.result === 'sent' || outcome.result === 'disabled') return outcome;
      const forGood = outcome.result === 'rejected';
      return conclude(
        messageId,
        before.left.map((address) => ({ address, forGood, text: `${address} (${outcome.reason})` })),
      );
    },
  };
}

function refusalsOf(info: unknown): readonly Refusal[] {
  const errors = field(info, 'rejectedErrors');
  return (Array.isArray(errors) ? errors : []).flatMap((error): readonly Refusal[] => {
    const address = field(error, 'recipient');
    const code = field(error, 'responseCode');
    if (typeof address !== 'string') return [];
    const known = typeof code === 'number';
    const text = known ? `${address} (SMTP ${code})` : address;
    return [{ address, forGood: known && code >= 500 && code <= 599, text }];
  });
}

function listed(texts: readonly string[]): string {
  return plainText(texts.join(', '), 300);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
