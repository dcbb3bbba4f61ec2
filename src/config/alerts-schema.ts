import { z } from 'zod';
import { SCOPES, SEVERITIES } from '../model/verdict.ts';
import { duration, emailAddress, oneOf, secret, text, url } from './value-schemas.ts';
import { MINUTE_MS } from '../model/time.ts';

const name = text('a name').describe('The name that routes and commands use.');

/** Over an incoming webhook messages can only be added; with a bot token they are updated in place. */
const slackChannel = z
  .strictObject({
    type: z.literal('slack'),
    name,
    webhookUrl: secret('http-url').optional().describe('Incoming webhook; without a bot token.'),
    botToken: secret().optional().describe('Bot token (xoxb-…) with chat:write.'),
    channel: text('the id or name of a Slack channel').optional().describe('Where the bot posts.'),
    signingSecret: secret().optional().describe("The app's signing secret: turns the buttons on."),
    apiUrl: url().prefault('https://slack.com/api'),
  })
  .transform(({ webhookUrl, botToken, channel, signingSecret, ...slack }, context) => {
    if (
      webhookUrl !== undefined &&
      botToken === undefined &&
      channel === undefined &&
      signingSecret === undefined
    )
      return { type: slack.type, name: slack.name, mode: 'webhook' as const, webhookUrl };
    if (webhookUrl === undefined && botToken !== undefined && channel !== undefined)
      return { ...slack, mode: 'bot' as const, botToken, channel, signingSecret: signingSecret ?? null };
    context.addIssue({
      code: 'custom',
      message: 'must have either webhookUrl alone, or botToken and channel (and signingSecret for buttons)',
    });
    return z.NEVER;
  });

const pagerdutyChannel = z.strictObject({
  type: z.literal('pagerduty'),
  name,
  routingKey: secret().describe('Integration key of an Events API v2 integration.'),
  url: url().prefault('https://events.pagerduty.com/v2/enqueue'),
});

const alertmanagerChannel = z.strictObject({
  type: z.literal('alertmanager'),
  name,
  urls: z.array(url()).min(1, 'must name at least one Alertmanager').describe('Every peer of the cluster.'),
});

const webhookChannel = z.strictObject({
  type: z.literal('webhook'),
  name,
  url: secret('http-url'),
  secret: secret().describe('Signing secret as in Standard Webhooks (whsec_…).'),
});

const emailChannel = z.strictObject({
  type: z.literal('email'),
  name,
  smtp: secret('smtp-url').describe('smtp://user:password@host:port, or smtps://'),
  from: emailAddress,
  to: z
    .union([emailAddress.transform((address) => [address]), z.array(emailAddress).min(1)], {
      error: 'must be an e-mail address, such as ops@example.com, or a list of them',
    })
    .describe('One address or a list.'),
});

const channelSchema = z.discriminatedUnion(
  'type',
  [slackChannel, pagerdutyChannel, alertmanagerChannel, webhookChannel, emailChannel],
  { error: 'must be one of: slack, pagerduty, alertmanager, webhook, email' },
);

function oneOrMore<const Values extends readonly [string, ...string[]]>(values: Values) {
  const one = oneOf(values);
  return z.union([one.transform((value) => [value]), z.array(one).min(1)], {
    error: `must be one of ${values.join(', ')}, or a list of them`,
  });
}

const routeSchema = z.strictObject({
  match: z
    .strictObject({
      severity: oneOrMore(SEVERITIES).optional(),
      scope: oneOrMore(SCOPES).optional(),
      labels: z.record(text('the name of a label'), text('the value of a label')).optional(),
    })
    .prefault({})
    .describe('All that is given must match; nothing given matches everything.'),
  channels: z.array(text('the name of a channel')).min(1, 'must name at least one channel'),
});

/** Who is told what. */
export const alertsSchema = z
  .strictObject({
    channels: z.array(channelSchema).prefault([]).describe('Where alerts go.'),
    routes: z
      .array(routeSchema)
      .prefault([])
      .describe('Which alerts go where. None: everything to all channels.'),
    reminders: z
      .array(duration({ minMs: MINUTE_MS }))
      .prefault(['1h', '4h', '24h'])
      .describe('When to remind of an open incident; the last one repeats.'),
    watchdog: duration({ minMs: MINUTE_MS })
      .nullable()
      .prefault(null)
      .describe('How often to send a sign of life to every channel, for example 24h. null: never.'),
  })
  .transform(({ reminders, watchdog, ...alerts }) => ({
    ...alerts,
    remindersMs: reminders,
    watchdogMs: watchdog,
  }))
  .prefault({})
  .describe('Who is told what.');
