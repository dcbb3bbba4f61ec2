/** Alerts tell: channels that render and send, and the pipeline that gets messages from the outbox to them. */
import type { Notifier } from '../model/alert.ts';
import type { Clock } from '../model/time.ts';
import { createAlertmanagerNotifier } from './alertmanager.ts';
import { createEmailNotifier } from './email.ts';
import { createChannelHttp, type ChannelHttp } from './http.ts';
import type { ChannelOptions } from './options.ts';
import { createPagerdutyNotifier } from './pagerduty.ts';
import { createSlackBotNotifier, createSlackWebhookNotifier } from './slack.ts';
import { createWebhookNotifier } from './webhook.ts';

export { createDelivery } from './deliver.ts';
export { destinationOf } from './destination.ts';
export { withFormer, type FormerChannel, type PastChannels } from './former.ts';
export { createDirect, type Direct } from './direct.ts';
export {
  databaseFailingNotice,
  databaseWellNotice,
  lostChannelNotice,
  noticeDeliveries,
  testNotice,
  watchdogNotice,
} from './notices.ts';
export { createRouter } from './routes.ts';
export { createSlackAnswers } from './slack-answer.ts';
export { parseSlackAction, verifySlackSignature, type SlackAction } from './slack-interaction.ts';
export type { ChannelOptions, Route } from './options.ts';

export interface NotifierSettings {
  /** Product and contact URL. */
  readonly userAgent: string;
  readonly clock: Clock;
  /** For one request or one SMTP step. */
  readonly timeoutMs?: number;
  /** Between two messages to Alertmanager about what is firing. */
  readonly resendMs?: number;
}

/** One notifier for each channel of the configuration. Reveals their secrets, and throws what that throws. */
export function createNotifiers(
  channels: readonly ChannelOptions[],
  settings: NotifierSettings,
): readonly Notifier[] {
  return channels.map((channel) => createNotifier(channel, settings));
}

function createNotifier(options: ChannelOptions, settings: NotifierSettings): Notifier {
  const { clock, timeoutMs, resendMs } = settings;
  if (options.type === 'email') return createEmailNotifier(options, timeoutMs);
  const http = createChannelHttp(settings);
  switch (options.type) {
    case 'slack':
      return closing(
        options.mode === 'bot'
          ? createSlackBotNotifier(options, http)
          : createSlackWebhookNotifier(options, http),
        http,
      );
    case 'pagerduty':
      return closing(createPagerdutyNotifier(options, http), http);
    case 'alertmanager':
      return closing(createAlertmanagerNotifier(options, http, clock, resendMs), http);
    case 'webhook':
      return closing(createWebhookNotifier(options, http, clock), http);
  }
}

/** The connections of a channel end with it. */
function closing(notifier: Notifier, http: ChannelHttp): Notifier {
  return {
    ...notifier,
    close: async () => {
      await notifier.close?.();
      await http.close();
    },
  };
}
