import type { JSX } from 'preact';
import { counted } from '../../../model/spoken.ts';
import type { TimelineEntry } from '../../../reports/incidents.ts';
import { Time } from '../parts/time.tsx';
import { EVENT_CLASSES, EVENT_WORDS } from './words.ts';

/** How it began, and what is new: an incident that flaps for weeks has thousands of entries between. */
const FIRST = 10;
const LATEST = 90;

export function IncidentTimeline({ of }: { readonly of: readonly TimelineEntry[] }): JSX.Element {
  const between = Math.max(0, of.length - FIRST - LATEST);
  return (
    <ol class="timeline">
      {of.slice(0, FIRST).map(entryView)}
      {between > 0 && (
        <li>
          <span />
          <div class="quiet">{counted(between, 'entry', 'entries')} between, not shown</div>
        </li>
      )}
      {of.slice(FIRST + between).map(entryView)}
    </ol>
  );
}

function entryView({ at, kind, by, text }: TimelineEntry, index: number): JSX.Element {
  return (
    <li key={index} class={EVENT_CLASSES[kind] ?? `event-${kind}`}>
      <Time at={at} />
      <div>
        <strong>{EVENT_WORDS[kind]}</strong> {text}
        {by !== null && <span class="quiet"> by {by}</span>}
      </div>
    </li>
  );
}
