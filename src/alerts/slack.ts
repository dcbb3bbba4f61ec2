import type { Alert, DeliveryOutcome, Message, Notifier, SendContext } from '../model/alert.ts';
import { moreUrgent } from '../incidents/index.ts';
import { judgeAnswer, retryLater, type ChannelHttp, type HttpAnswer } from './http.ts';
import type { SlackBotOptions, SlackWebhookOptions } from './options.ts';
import { slackEvent, slackMessage, type SlackMessage } from './slack-blocks.ts';

/** Nothing that a message holds is unfurled, linked or expanded. */
const QUIET = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const;

/** After these nothing gets through any more, until a person changes something in Slack or in the configuration. */
const PERMANENT = new Set([
  'access_denied',
  'account_inactive',
  'action_prohibited',
  'channel_is_archived',
  'channel_not_found',
  'ekm_access_denied',
  'invalid_auth',
  'invalid_token',
  'is_archived',
  'missing_scope',
  'no_active_hooks',
  'no_permission',
  'no_service',
  'no_service_id',
  'no_team',
  'not_allowed_token_type',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'posting_to_general_channel_denied',
  'restricted_action',
  'team_access_not_granted',
  'team_disabled',
  'token_expired',
  'token_revoked',
  'user_not_found',
]);

/** This message is refused, and would be again. */
const REFUSED = new Set([
  'invalid_arguments',
  'invalid_array_arg',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_charset',
  'invalid_form_data',
  'invalid_payload',
  'metadata_too_large',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'too_many_attachments',
]);

/** The message is out of reach: deleted, not to be changed, or in a channel that the configuration has left behind. */
const UNREACHABLE = new Set([
  'cant_update_message',
  'channel_not_found',
  'edit_window_closed',
  'is_archived',
  'message_not_found',
  'not_in_channel',
]);

/** An incoming webhook: it can only add messages, neither change one nor answer in its thread. */
export function createSlackWebhookNotifier(options: SlackWebhookOptions, http: ChannelHttp): Notifier {
  const url = options.webhookUrl.reveal();
  return {
    name: options.name,
    type: 'slack',
    send: async (message, { signal, possibleRepeat }) => {
      const brief = 'incident' in message && message.reason === 'acknowledged';
      const shown = brief
        ? slackEvent(message, possibleRepeat, true)
        : slackMessage(message, { buttons: false, possibleRepeat });
      const answer = await http.post({
        url,
        headers: {},
        body: JSON.stringify({ ...shown, ...QUIET }),
        signal,
      });
      return judgeWebhook(answer);
    },
  };
}

function judgeWebhook(answer: HttpAnswer): DeliveryOutcome {
  if (!answer.ok || answer.status < 400 || answer.status === 429) return judgeAnswer(answer);
  return judgeError(answer, answer.body.trim()) ?? judgeAnswer(answer);
}

function judgeError(answer: HttpAnswer, error: string): DeliveryOutcome | undefined {
  if (PERMANENT.has(error)) return { result: 'disabled', reason: `Slack answered ${error}` };
  if (REFUSED.has(error)) return { result: 'rejected', reason: `Slack answered ${error}` };
  if (error === 'ratelimited' || error === 'rate_limited')
    return retryLater(answer, 'Slack answered ratelimited');
  return undefined;
}

type Called =
  | { readonly ok: true; readonly channel: string; readonly ts: string }
  | { readonly ok: false; readonly error: string; readonly outcome: DeliveryOutcome };

/** A bot token: the message is changed in place, and each event goes to its thread. */
export function createSlackBotNotifier(options: SlackBotOptions, http: ChannelHttp): Notifier {
  const token = options.botToken.reveal();
  const apiUrl = options.apiUrl.replace(/\/+$/, '');
  const buttons = options.signingSecret !== null;

  const call = async (method: string, payload: object, signal: AbortSignal): Promise<Called> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' };
    const body = JSON.stringify({ ...payload, ...QUIET });
    return readAnswer(await http.post({ url: `${apiUrl}/${method}`, headers, body, signal }));
  };

  const postNew = async (shown: SlackMessage, signal: AbortSignal): Promise<DeliveryOutcome> => {
    const posted = await call('chat.postMessage', { channel: options.channel, ...shown }, signal);
    return posted.ok ? { result: 'sent', handle: handleOf(posted) } : posted.outcome;
  };

  const follow = async (
    alert: Alert,
    known: { channel: string; ts: string },
    { signal, possibleRepeat }: SendContext,
  ): Promise<DeliveryOutcome> => {
    const shown = slackMessage(alert, { buttons, possibleRepeat: false });
    const updated = await call('chat.update', { ...known, ...shown }, signal);
    if (!updated.ok) {
      // The news must not be lost with the message.
      if (UNREACHABLE.has(updated.error)) return postNew(shown, signal);
      return updated.outcome;
    }
    // A change in place makes no sound: what is worse, back, or still there is shown in the channel, too.
    const loud = isLoud(alert);
    const event = slackEvent(alert, possibleRepeat, loud);
    const reply = {
      channel: known.channel,
      thread_ts: known.ts,
      reply_broadcast: loud,
      ...event,
    };
    const replied = await call('chat.postMessage', reply, signal);
    return replied.ok ? { result: 'sent' } : replied.outcome;
  };

  return {
    name: options.name,
    type: 'slack',
    send: async (message: Message, context) => {
      const known = parseHandle(context.handle);
      if ('incident' in message && known !== undefined) return follow(message, known, context);
      return postNew(
        slackMessage(message, {
          buttons: buttons && 'incident' in message,
          possibleRepeat: context.possibleRepeat,
        }),
        context.signal,
      );
    },
  };
}

function isLoud({ reason, incident, before }: Alert): boolean {
  switch (reason) {
    case 'opened':
    case 'reminder':
      return true;
    case 'changed':
      return (
        before === undefined ||
        moreUrgent(incident.severity, before.severity) ||
        before.code !== incident.code
      );
    case 'acknowledged':
    case 'resolved':
      return false;
  }
}

/** Slack answers 200 with `ok: false`. */
function readAnswer(answer: HttpAnswer): Called {
  if (!answer.ok || answer.status !== 200) {
    const outcome = judgeAnswer(answer);
    // 2xx without the API's document is not Slack.
    const sure: DeliveryOutcome =
      outcome.result === 'sent' ? { result: 'retry', reason: 'the answer is not the one of Slack' } : outcome;
    return { ok: false, error: '', outcome: sure };
  }
  const document = parseDocument(answer.body);
  if (document === undefined) {
    return {
      ok: false,
      error: '',
      outcome: { result: 'retry', reason: 'the answer is not the one of Slack' },
    };
  }
  const { ok, error, channel, ts } = document;
  if (ok === true && typeof channel === 'string' && typeof ts === 'string') return { ok, channel, ts };
  const code = typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : 'an unknown error';
  const outcome = judgeError(answer, code) ?? retryLater(answer, `Slack answered ${code}`);
  return { ok: false, error: code, outcome };
}

function parseDocument(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document: unknown = JSON.parse(body);
    return typeof document === 'object' && document !== null ? { ...document } : undefined;
  } catch {
    return undefined;
  }
}

function handleOf({ channel, ts }: { readonly channel: string; readonly ts: string }): string {
  return `${channel}/${ts}`;
}

function parseHandle(handle: string | null): { channel: string; ts: string } | undefined {
  const [, channel, ts] = /^([^/]+)\/([\d.]+)$/.exec(handle ?? '') ?? [];
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}
