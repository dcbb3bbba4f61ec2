import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import { isStorm } from '../../../incidents/index.ts';
import type { DeliveryState } from '../../../model/delivery.ts';
import type { Incident, Resolution } from '../../../model/incident.ts';
import type { TimelineKind } from '../../../reports/incidents.ts';
import type { Tenant } from '../../../model/tenant.ts';
import { counted } from '../../../model/spoken.ts';

/** Whom it is about, for people: a hostname rather than an id. */
export function subjectOf(incident: Incident, tenant: Tenant | undefined): string {
  const { scope, name } = incident.subject;
  if (isStorm(incident)) return counted(incident.memberCount, 'tenant');
  if (scope === 'tenant') return tenant?.hostname ?? name;
  return scope === 'platform' ? 'the platform' : 'the monitor';
}

/** Does it need a person by itself? What another scope or a storm explains does not. */
export function isLoud({ state, mutedBy, storm }: Incident): boolean {
  return state === 'open' && mutedBy === null && storm === null;
}

/** One word for a list, and the class it is shown with. */
export function stateOf({ state, acknowledged, silencedBy, mutedBy, storm }: Incident): {
  readonly word: string;
  readonly kind: 'open' | 'quiet' | 'over';
} {
  if (state === 'resolved') return { word: 'resolved', kind: 'over' };
  if (state === 'pending') return { word: 'not proven yet', kind: 'quiet' };
  if (silencedBy !== null) return { word: 'silenced', kind: 'quiet' };
  if (mutedBy !== null) return { word: `explained by ${CATALOGUE[mutedBy.code].title}`, kind: 'quiet' };
  if (storm !== null) return { word: 'part of a storm', kind: 'quiet' };
  if (acknowledged !== null) return { word: `acknowledged by ${acknowledged.by}`, kind: 'quiet' };
  return { word: 'open', kind: 'open' };
}

export const RESOLUTION_WORDS: Readonly<Record<Resolution, string>> = {
  recovered: 'It recovered.',
  removed: 'The tenant is not in the fleet any more.',
  suspended: 'The tenant was suspended on purpose.',
  closed: 'A person closed it.',
};

export const EVENT_WORDS: Readonly<Record<TimelineKind, string>> = {
  failed: 'First failing run',
  opened: 'Opened',
  changed: 'Changed',
  reminder: 'Reminder',
  resolved: 'Resolved',
  reopened: 'Came back',
  acknowledged: 'Acknowledged',
  unacknowledged: 'Acknowledgement withdrawn',
  silenced: 'Silenced',
  unsilenced: 'Silence over',
  muted: 'Muted',
  unmuted: 'No longer muted',
  note: 'Note',
  deploy: 'Deploy',
  delivery: 'Message',
  'last-failing-run': 'Last failing run',
  'first-good-run': 'First good run',
};

/** How it stands from then on, for the dot beside it; what changes nothing about that has none. */
export const EVENT_CLASSES: Readonly<Partial<Record<TimelineKind, string>>> = {
  failed: 'fail',
  opened: 'fail',
  reopened: 'fail',
  'last-failing-run': 'fail',
  'first-good-run': 'pass',
  resolved: 'pass',
};

export const DELIVERY_WORDS: Readonly<Record<DeliveryState, string>> = {
  waiting: 'waiting',
  leased: 'being sent',
  sent: 'sent',
  dead: 'given up',
};
