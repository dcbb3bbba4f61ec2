import { createHmac } from 'node:crypto';
import type { DeliveryOutcome, Message, Notifier } from '../model/alert.ts';
import { plainData } from '../model/text.ts';
import type { Clock } from '../model/time.ts';
import { judgeAnswer, type ChannelHttp } from './http.ts';
import { describeAlert, describeNotice } from './message.ts';
import type { WebhookOptions } from './options.ts';

/** More than any text of ours has. */
const MAX_TEXT = 2_000;

/** A signed POST as in Standard Webhooks (standardwebhooks.com). */
export function createWebhookNotifier(options: WebhookOptions, http: ChannelHttp, clock: Clock): Notifier {
  const url = options.url.reveal();
  const key = signingKey(options.secret.reveal());
  return {
    name: options.name,
    type: 'webhook',
    send: async (message, { signal }): Promise<DeliveryOutcome> => {
      const body = JSON.stringify(plainData(webhookBody(message), MAX_TEXT));
      const headers = signedHeaders(webhookId(message.id), Math.floor(clock.now() / 1000), body, key);
      const answer = await http.post({ url, headers, body, signal });
      if (answer.ok && answer.status === 410)
        return { result: 'disabled', reason: 'answered 410: gone for good' };
      return judgeAnswer(answer);
    },
  };
}

/** Stable over retries; without the dot, which separates the parts that are signed. */
function webhookId(messageId: string): string {
  return encodeURIComponent(messageId).replaceAll('.', '%2E');
}

function webhookBody(message: Message): object {
  const timestamp = new Date(message.at).toISOString();
  if (!('incident' in message)) {
    return { type: `notice.${message.reason}`, timestamp, data: { text: describeNotice(message) } };
  }
  const { incident, tenant, diagnosis, deploy, links } = message;
  return {
    type: `incident.${message.reason}`,
    timestamp,
    data: {
      alert: message.id,
      headline: describeAlert(message).headline,
      incident: {
        id: incident.id,
        scope: incident.subject.scope,
        subject: incident.subject.name,
        state: incident.state,
        code: incident.code,
        severity: incident.severity,
        certainty: incident.certainty,
        summary: incident.summary,
        firstFailedAt: rfc3339(incident.firstFailedAt),
        openedAt: rfc3339(incident.openedAt),
        firstGoodAt: rfc3339(incident.firstGoodAt),
        resolvedAt: rfc3339(incident.resolvedAt),
        resolution: incident.resolution,
        reopened: incident.reopened,
        acknowledgedBy: incident.acknowledged?.by ?? null,
        members: incident.members,
        memberCount: incident.memberCount,
      },
      before: message.before ?? null,
      tenant,
      diagnosis,
      deploy,
      origin: message.origin ?? null,
      links,
    },
  };
}

function rfc3339(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** `whsec_` and base64, or any other text as it is. */
function signingKey(secret: string): Buffer {
  const prefix = 'whsec_';
  return secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

function signedHeaders(id: string, timestamp: number, body: string, key: Buffer): Record<string, string> {
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}
