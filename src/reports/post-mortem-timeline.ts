import type { IncidentEventKind } from '../model/delivery.ts';
import { spokenTime } from '../model/spoken.ts';
import { HOUR_MS } from '../model/time.ts';
import { bullets, prose } from './markdown-blocks.ts';
import type { PostMortemFacts } from './post-mortem-facts.ts';

interface Moment {
  readonly at: number;
  /** Plain text. */
  readonly text: string;
}

const EVENTS: Readonly<Record<IncidentEventKind, string>> = {
  failed: 'First failing run',
  opened: 'Incident opened',
  changed: 'Changed',
  reminder: 'Reminder',
  resolved: 'Resolved',
  reopened: 'Came back',
  acknowledged: 'Acknowledged',
  unacknowledged: 'Acknowledgement withdrawn',
  silenced: 'Silenced',
  unsilenced: 'Silence ended',
  muted: 'Muted',
  unmuted: 'No longer muted',
  note: 'Note',
  deploy: 'Deploy',
  delivery: 'Delivery',
};

/** How long before the first failing run a release still belongs to the story. */
const RELEASES_BEFORE_MS = HOUR_MS;

/** Everything with a time, oldest first, in UTC. */
export function timeline(facts: PostMortemFacts): string {
  const moments = [
    ...releases(facts),
    ...certificates(facts),
    ...runs(facts),
    ...facts.events.map(({ at, kind, by, text }) => ({
      at,
      text: `${EVENTS[kind]}${by === null ? '' : ` by ${by}`}: ${text}${kind === 'opened' ? ` (root cause ${facts.incident.code}, ${facts.incident.certainty})` : ''}`,
    })),
    ...messages(facts),
    ...facts.acts.map(({ at, actor, action, outcome }) => ({
      at,
      text: `${action} ${outcome}, by ${actor}`,
    })),
  ].toSorted((one, other) => one.at - other.at);
  const days = new Set(moments.map(({ at }) => spokenTime(at).slice(0, 10)));
  const from = days.size === 1 ? 11 : 0;
  return [
    `All times in UTC${days.size === 1 ? `, ${[...days].join('')}` : ''}.`,
    bullets(moments.map(({ at, text }) => `**${spokenTime(at).slice(from, 19)}** ${prose(text)}`)),
  ].join('\n\n');
}

function releases({ findings, incident }: PostMortemFacts): readonly Moment[] {
  const end = incident.resolvedAt ?? Infinity;
  return (findings?.releases ?? [])
    .filter(({ createdAt }) => createdAt >= incident.startedAt - RELEASES_BEFORE_MS && createdAt <= end)
    .map(({ createdAt, version, app, user, reason, status }) => ({
      at: createdAt,
      text: `Release v${version} of ${app}${user === null ? '' : ` by ${user}`}${reason === '' ? '' : ` (${reason})`}${status === '' ? '' : `, ${status}`}`,
    }));
}

function certificates({ claims, platform, incident }: PostMortemFacts): readonly Moment[] {
  return claims.flatMap(({ claim, firstSeenAt, goneAt }): readonly Moment[] => {
    const misplaced = claim.app !== platform.managementApp;
    const what = `certificate for ${claim.hostname} on ${claim.app}`;
    const early = claim.createdAt !== null && claim.createdAt < incident.startedAt - RELEASES_BEFORE_MS;
    const made: readonly Moment[] =
      early && !misplaced
        ? []
        : [
            ...(claim.createdAt === null
              ? []
              : [{ at: claim.createdAt, text: `Created: ${what}, “${claim.status}”` }]),
            ...(misplaced ? [{ at: firstSeenAt, text: `Seen by a sweep: ${what}` }] : []),
          ];
    return goneAt === null ? made : [...made, { at: goneAt, text: `Gone by a sweep: ${what}` }];
  });
}

function runs({ findings, worst, incident }: PostMortemFacts): readonly Moment[] {
  const {
    lastGoodAt = null,
    firstRefusedAt = null,
    lastFailedAt = null,
    firstGoodAt = null,
  } = findings?.runs ?? {};
  const handshake = worst?.result.checks.find(({ id }) => id === 'tls-handshake');
  const marks: readonly (readonly [number | null, string])[] = [
    [lastGoodAt, 'Last good run'],
    [firstRefusedAt, `Site unreachable: ${handshake?.summary ?? 'the handshake fails'}`],
    [lastFailedAt ?? incident.lastFailedAt, 'Last failing run'],
    [firstGoodAt ?? incident.firstGoodAt, 'First good run: the site is accessible again'],
  ];
  return marks.flatMap(([at, text]) => (at === null ? [] : [{ at, text }]));
}

function messages({ deliveries }: PostMortemFacts): readonly Moment[] {
  return deliveries.flatMap(({ sentAt, channel, message }) =>
    sentAt === null || !('incident' in message)
      ? []
      : [{ at: sentAt, text: `Told ${channel}: ${message.reason}, ${message.incident.severity}` }],
  );
}
