import { createNotifiers, testNotice } from '../alerts/index.ts';
import type { Config } from '../config/index.ts';
import type { DeliveryOutcome } from '../model/alert.ts';
import { userAgent, type ProbingHost } from './probing.ts';

/** One attempt, without outbox and retries: someone waits for the outcome. Throws SecretError when the channel's secret is missing. */
export async function sendTest(
  config: Config,
  channel: string,
  { version, clock }: ProbingHost,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const channels = config.alerts.channels.filter(({ name }) => name === channel);
  const agent = userAgent(version, config.network.contactUrl);
  const [notifier] = createNotifiers(channels, { clock, userAgent: agent });
  if (notifier === undefined) return { result: 'rejected', reason: `there is no channel ${channel}` };
  try {
    const context = { signal, handle: null, possibleRepeat: false };
    return await notifier.send(testNotice(channel, clock.now()), context);
  } finally {
    await notifier.close?.();
  }
}
