import { parseSlackAction, verifySlackSignature } from '../alerts/index.ts';
import type { Config } from '../config/index.ts';
import type { SlackActions } from '../http/context.ts';
import type { Clock } from '../model/time.ts';

/** Buttons work where a channel has its app's signing secret; a request that any of them signed is genuine. */
export function createSlackActions(
  channels: Config['alerts']['channels'],
  clock: Pick<Clock, 'now'>,
): SlackActions | null {
  const secrets = channels.flatMap((channel) =>
    channel.type === 'slack' && channel.mode === 'bot' && channel.signingSecret !== null
      ? [channel.signingSecret.reveal()]
      : [],
  );
  if (secrets.length === 0) return null;
  return {
    isSigned: (request) => secrets.some((secret) => verifySlackSignature(request, secret, clock.now())),
    parse: parseSlackAction,
  };
}
