import { subjectKey } from '../incidents/index.ts';
import type { DeliveryOutcome, Message, Notice, Notifier } from '../model/alert.ts';
import { MINUTE_MS, type Clock } from '../model/time.ts';
import { judgeAnswer, type ChannelHttp } from './http.ts';
import { alertAsText, describeAlert, describeNotice } from './message.ts';
import type { AlertmanagerOptions } from './options.ts';

/** How long the end of an alert is repeated, for peers that missed it. */
const REPEAT_END_MS = 5 * MINUTE_MS;
/** A notice is sent once. In a group that fires already it waits for `group_interval`, five minutes by default, and must outlast that. */
const NOTICE_MS = 10 * MINUTE_MS;

/**
 * Alertmanager API v2. Labels are an alert's identity: only `alertname`, `scope` and `tenant`, or a change would leave the
 * old alert firing. A firing alert ends by itself (`endsAt`, four intervals ahead) unless it is sent again, to every peer.
 */
export function createAlertmanagerNotifier(
  options: AlertmanagerOptions,
  http: ChannelHttp,
  clock: Clock,
  resendMs: number = MINUTE_MS,
): Notifier {
  const live = new Map<string, Message>();
  const stopped = new AbortController();
  let resending: Promise<void> | undefined;

  const post = async (alerts: readonly object[], signal: AbortSignal): Promise<DeliveryOutcome> => {
    const body = JSON.stringify(alerts);
    const outcomes = await Promise.all(
      options.urls.map(async (url) =>
        judgeAnswer(
          await http.post({ url: `${url.replace(/\/+$/, '')}/api/v2/alerts`, headers: {}, body, signal }),
        ),
      ),
    );
    // Peers share whom they told, not what fires: one that has it tells people, the rest get it at the next turn.
    const best = (['sent', 'retry', 'rejected'] as const).find((result) =>
      outcomes.some((outcome) => outcome.result === result),
    );
    return outcomes.find((outcome) => outcome.result === best) ?? { result: 'retry', reason: 'no peer' };
  };

  const resend = async (): Promise<void> => {
    while (!stopped.signal.aborted && live.size > 0) {
      try {
        await clock.sleep(resendMs, stopped.signal);
      } catch {
        return;
      }
      const now = clock.now();
      for (const [id, message] of live) {
        if (isEnd(message) && now - message.at > REPEAT_END_MS) live.delete(id);
      }
      if (live.size === 0) break;
      // What fails here is sent again at the next turn.
      await post(
        Array.from(live.values(), (message) => alertmanagerAlert(message, now, resendMs)),
        stopped.signal,
      );
    }
    resending = undefined;
  };

  const keep = (message: Message): void => {
    const key = identity(message);
    if (stopped.signal.aborted || key === null) return;
    live.set(key, message);
    resending ??= resend();
  };

  /** Of an earlier incident of what fires again by now, as after an outage of Alertmanager: it would end the later one's alert. */
  const isOvertaken = (message: Message): boolean => {
    const firing = live.get(identity(message) ?? '');
    if (firing === undefined || isEnd(firing) || !('incident' in firing && 'incident' in message))
      return false;
    const [later, earlier] = [firing.incident, message.incident];
    return later.id !== earlier.id && (later.openedAt ?? 0) > (earlier.openedAt ?? 0);
  };

  return {
    name: options.name,
    type: 'alertmanager',
    send: async (message, { signal }) => {
      if (isOvertaken(message)) return { result: 'sent' };
      const outcome = await post([alertmanagerAlert(message, clock.now(), resendMs)], signal);
      if (outcome.result === 'sent') keep(message);
      return outcome;
    },
    resume: (alerts) => {
      alerts.forEach(keep);
    },
    close: async () => {
      stopped.abort();
      await resending;
    },
  };
}

/** What Alertmanager tells alerts apart by: the end of an earlier incident must not end a later one. Null: it ends by itself. */
function identity(message: Message): string | null {
  if ('incident' in message) return subjectKey(message.incident.subject);
  return isAboutDatabase(message) ? 'database' : null;
}

function isEnd({ reason }: Message): boolean {
  return reason === 'resolved' || reason === 'channel-well' || reason === 'database-well';
}

function isAboutDatabase({ reason }: Message): boolean {
  return reason === 'database-failing' || reason === 'database-well';
}

/** One for each kind: under the name of a sign of life that fires already, the trouble of a channel would be told to nobody. */
const NOTICE_NAMES: Readonly<Record<Notice['reason'], string>> = {
  test: 'TenantwatchTest',
  watchdog: 'TenantwatchWatchdog',
  'channel-disabled': 'TenantwatchChannelDisabled',
  'channel-failing': 'TenantwatchChannelFailing',
  'channel-well': 'TenantwatchChannelFailing',
  'channel-lost': 'TenantwatchChannelLost',
  undeliverable: 'TenantwatchUndeliverable',
  'database-failing': 'TenantwatchDatabase',
  'database-well': 'TenantwatchDatabase',
};

/** The alert as Alertmanager takes it, at this moment. */
function alertmanagerAlert(message: Message, now: number, resendMs: number): object {
  const aheadMs = 4 * resendMs;
  if (!('incident' in message)) {
    const lastsMs = isAboutDatabase(message) ? aheadMs : Math.max(aheadMs, NOTICE_MS);
    return {
      labels: { alertname: NOTICE_NAMES[message.reason], scope: 'monitor' },
      annotations: { summary: describeNotice(message), reason: message.reason },
      startsAt: rfc3339(isEnd(message) ? message.at - 1 : message.at),
      endsAt: rfc3339(isEnd(message) ? message.at : now + lastsMs),
    };
  }
  const { incident, links } = message;
  const { scope, name } = incident.subject;
  const text = describeAlert(message);
  const over = message.reason === 'resolved';
  // An end before the beginning is refused.
  const end = Math.max(Math.min(incident.resolvedAt ?? message.at, now), incident.firstFailedAt + 1);
  return {
    labels: { alertname: 'TenantwatchIncident', scope, ...(scope === 'tenant' ? { tenant: name } : {}) },
    annotations: {
      summary: text.headline,
      description: alertAsText(text),
      code: incident.code,
      severity: incident.severity,
      certainty: incident.certainty,
      incident: incident.id,
      ...(links.runbook === null ? {} : { runbook_url: links.runbook }),
      ...(incident.acknowledged === null ? {} : { acknowledged_by: incident.acknowledged.by }),
    },
    startsAt: rfc3339(incident.firstFailedAt),
    endsAt: rfc3339(over ? end : now + aheadMs),
    ...(links.incident === null ? {} : { generatorURL: links.incident }),
  };
}

function rfc3339(at: number): string {
  return new Date(at).toISOString();
}
