import { createSlackAnswers, parseSlackAction, verifySlackSignature } from '../alerts/index.ts';
import type { Config } from '../config/index.ts';
import type { SlackActions } from '../http/context.ts';
import type { Logger } from '../model/logger.ts';
import type { Clock } from '../model/time.ts';

interface SlackHost {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly userAgent: string;
}

/** Buttons work where a channel has its app's signing secret; a request that any of them signed is genuine. */
export function createSlackActions(
  channels: Config['alerts']['channels'],
  { clock, logger, userAgent }: SlackHost,
): (SlackActions & { readonly close: () => Promise<void> }) | null {
  const apps = channels.flatMap((channel) =>
    channel.type === 'slack' && channel.mode === 'bot' && channel.signingSecret !== null
      ? [{ secret: channel.signingSecret.reveal(), apiUrl: channel.apiUrl }]
      : [],
  );
  if (apps.length === 0) return null;
  const answers = createSlackAnswers(
    apps.map(({ apiUrl }) => apiUrl),
    { userAgent, clock },
  );
  return {
    isSigned: (request) => apps.some(({ secret }) => verifySlackSignature(request, secret, clock.now())),
    parse: parseSlackAction,
    answer: (responseUrl, text) => {
      void answers.answer(responseUrl, text).then((sent) => {
        if (!sent) logger.warn({}, 'whoever pressed a button in Slack could not be answered');
      });
    },
    close: answers.close,
  };
}
