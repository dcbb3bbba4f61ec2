import { createHash } from 'node:crypto';
import type { Alert, DeliveryOutcome, Message, Notice, Notifier } from '../model/alert.ts';
import { judgeAnswer, type ChannelHttp, type HttpAnswer } from './http.ts';
import { describeAlert, describeNotice, siteOf, stepLine } from './message.ts';
import type { PagerdutyOptions } from './options.ts';

/** PagerDuty Events API v2: one PagerDuty incident for each of ours, told apart by the `dedup_key`. */
export function createPagerdutyNotifier(options: PagerdutyOptions, http: ChannelHttp): Notifier {
  const routingKey = options.routingKey.reveal();
  const post = async (event: object, signal: AbortSignal): Promise<DeliveryOutcome> => {
    const body = JSON.stringify({ routing_key: routingKey, ...event });
    return judge(await http.post({ url: options.url, headers: {}, body, signal }));
  };
  return {
    name: options.name,
    type: 'pagerduty',
    send: async (message, { signal }) => {
      for (const event of pagerdutyEvents(message)) {
        const outcome = await post(event, signal);
        if (outcome.result !== 'sent') return outcome;
      }
      return { result: 'sent' };
    },
  };
}

function judge(answer: HttpAnswer): DeliveryOutcome {
  // A wrong key is an invalid event like any other; only the text tells that nothing will ever get through.
  if (answer.ok && answer.status === 400 && /routing[_ ]key/i.test(answer.body)) {
    return { result: 'disabled', reason: 'answered 400: the routing key is not valid' };
  }
  return judgeAnswer(answer);
}

/** The events of a message, without the routing key. */
function pagerdutyEvents(message: Message): readonly object[] {
  return 'incident' in message ? [alertEvent(message)] : noticeEvents(message);
}

function alertEvent(alert: Alert): object {
  const dedup_key = dedupKey(alert.incident.id);
  switch (alert.reason) {
    case 'acknowledged':
      return { event_action: 'acknowledge', dedup_key };
    case 'resolved':
      return { event_action: 'resolve', dedup_key };
    case 'opened':
    case 'changed':
    case 'reminder':
      return { event_action: 'trigger', dedup_key, ...trigger(alert) };
  }
}

function trigger(alert: Alert): object {
  const { incident, tenant, links } = alert;
  const text = describeAlert(alert);
  return {
    client: 'tenantwatch',
    ...(links.incident === null ? {} : { client_url: links.incident }),
    links: text.links.map(({ url, label }) => ({ href: url, text: label })),
    payload: {
      summary: cut(`${text.headline}: ${text.what}`, 1024),
      source: siteOf(alert),
      severity: incident.severity,
      timestamp: new Date(incident.firstFailedAt).toISOString(),
      component: tenant?.app ?? incident.subject.scope,
      group: incident.subject.scope,
      class: incident.code,
      custom_details: {
        ...(text.news === '' ? {} : { news: text.news }),
        explanation: text.why,
        ...Object.fromEntries(text.facts.map(({ label, value }) => [label.toLowerCase(), value])),
        evidence: text.evidence,
        steps: text.steps.map((step, index) => {
          const line = `${index + 1}. ${stepLine(step)}`;
          return step.command === null ? line : `${line}: ${step.command}`;
        }),
      },
    },
  };
}

const NOTICE_SEVERITIES: Readonly<Partial<Record<Notice['reason'], string>>> = {
  test: 'info',
  'database-failing': 'critical',
};

/** A test ends what it began; a sign of life would page someone every day, and is not sent. */
function noticeEvents(notice: Notice): readonly object[] {
  const dedup_key = dedupKey(notice.id);
  const severity = NOTICE_SEVERITIES[notice.reason] ?? 'warning';
  const begin = {
    event_action: 'trigger',
    dedup_key,
    client: 'tenantwatch',
    payload: {
      summary: cut(describeNotice(notice), 1024),
      source: 'tenantwatch',
      severity,
      timestamp: new Date(notice.at).toISOString(),
    },
  };
  switch (notice.reason) {
    case 'watchdog':
      return [];
    case 'test':
      return [begin, { event_action: 'resolve', dedup_key }];
    case 'channel-disabled':
    case 'channel-failing':
    case 'undeliverable':
    case 'channel-lost':
    case 'database-failing':
      return [begin];
    case 'channel-well':
    case 'database-well':
      return [{ event_action: 'resolve', dedup_key: dedupKey(notice.ends ?? notice.id) }];
  }
}

/** At most 255 characters. */
function dedupKey(id: string): string {
  return id.length <= 255 ? id : createHash('sha256').update(id).digest('hex');
}

function cut(text: string, maxLength: number): string {
  const characters = Array.from(text);
  return characters.length <= maxLength ? text : `${characters.slice(0, maxLength - 1).join('')}…`;
}
