import type { JSX } from 'preact';
import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import type { Release } from '../../../model/fly.ts';
import type { Incident } from '../../../model/incident.ts';
import type { Transition } from '../../../model/history.ts';
import { Verdicted } from '../parts/mark.tsx';
import { Time } from '../parts/time.tsx';
import type { TenantHistory } from './history.ts';

type Entry =
  | { readonly at: number; readonly kind: 'transition'; readonly of: Transition }
  | { readonly at: number; readonly kind: 'deploy'; readonly of: Release }
  | { readonly at: number; readonly kind: 'incident'; readonly of: Incident };

const MOST = 40;

/** What happened, newest first: changes of the verdict, deploys, incidents. */
export function TenantTimeline({ history }: { readonly history: TenantHistory }): JSX.Element {
  const entries: readonly Entry[] = [
    ...history.transitions.map((of) => ({ at: of.at, kind: 'transition' as const, of })),
    ...history.deploys.map(({ release }) => ({
      at: release.createdAt,
      kind: 'deploy' as const,
      of: release,
    })),
    ...history.incidents.map((of) => ({
      at: of.openedAt ?? of.firstFailedAt,
      kind: 'incident' as const,
      of,
    })),
  ]
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST);
  if (entries.length === 0) return <p class="empty">Nothing happened yet.</p>;
  return (
    <ol class="timeline">
      {entries.map((entry) => (
        <li key={`${entry.kind}-${String(entry.at)}`} class={classOf(entry)}>
          <Time at={entry.at} />
          <div>
            <Words entry={entry} />
          </div>
        </li>
      ))}
    </ol>
  );
}

/** The dot on the rail: how the tenant stood from then on. */
function classOf(entry: Entry): string {
  if (entry.kind === 'transition') return entry.of.to.verdict;
  return entry.kind === 'incident' && entry.of.severity === 'critical' ? 'fail' : `event-${entry.kind}`;
}

function Words({ entry }: { readonly entry: Entry }): JSX.Element {
  switch (entry.kind) {
    case 'transition': {
      const { from, to } = entry.of;
      return (
        <>
          <Verdicted of={to.verdict} />
          {to.code !== null && <span> {CATALOGUE[to.code].title}</span>}
          {from === null && <span class="quiet"> first run</span>}
        </>
      );
    }
    case 'deploy': {
      const { version, user, reason, status } = entry.of;
      return (
        <>
          <strong>Deploy v{version}</strong>
          {user !== null && ` by ${user}`}
          <span class="quiet"> {[reason, status].filter((one) => one !== '').join(', ')}</span>
        </>
      );
    }
    case 'incident':
      return (
        <>
          <strong>Incident</strong>{' '}
          <a href={`/incidents/${encodeURIComponent(entry.of.id)}`}>{entry.of.summary}</a>
          <span class="quiet"> {entry.of.state}</span>
        </>
      );
  }
}
