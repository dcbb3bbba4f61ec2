import type { JSX } from 'preact';
import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import type { Incident } from '../../../model/incident.ts';
import type { Tenant } from '../../../model/tenant.ts';
import { spokenDuration, counted } from '../../../model/spoken.ts';
import { Breakable } from '../parts/breakable.tsx';
import { Time } from '../parts/time.tsx';
import { stateOf, subjectOf } from './words.ts';

interface IncidentListProps {
  /** Open and pending ones, the most urgent first. */
  readonly current: readonly Incident[];
  /** Null while the database is away. */
  readonly past: readonly Incident[] | null;
  /** The cursor of the older ones, null when these are all. */
  readonly before: number | null;
  readonly tenant: (id: string) => Tenant | undefined;
  readonly now: number;
}

export function IncidentList({ current, past, before, tenant, now }: IncidentListProps): JSX.Element {
  const open = current.filter(({ state }) => state === 'open');
  return (
    <>
      <div class="lead">
        <h1>{open.length === 0 ? 'No incident is open' : counted(open.length, 'open incident')}</h1>
        {open.length < current.length && (
          <p class="quiet">{counted(current.length - open.length, 'suspicion')} not proven yet.</p>
        )}
      </div>
      {current.length > 0 && (
        <ul class="cards incidents">
          {current.map((incident) => (
            <li
              key={incident.id}
              id={`i-${incident.id}`}
              class={`card ${incident.severity} ${stateOf(incident).kind}`}
            >
              <p class="tags">
                <span class={`tag ${incident.severity}`}>{incident.severity}</span>
                <span class="tag">{stateOf(incident).word}</span>
                <span class="lasting">{spokenDuration(now - incident.firstFailedAt)}</span>
              </p>
              <h2>
                <a href={`/incidents/${encodeURIComponent(incident.id)}`}>
                  <Breakable text={incident.summary} />
                </a>
              </h2>
              <p class="quiet">
                {subjectOf(incident, tenant(incident.subject.name))}, since{' '}
                <Time at={incident.firstFailedAt} />
              </p>
            </li>
          ))}
        </ul>
      )}
      <section class="part" aria-labelledby="past">
        <h2 id="past">Earlier</h2>
        {past === null && <p class="note">The database cannot be read at the moment.</p>}
        {past?.length === 0 && (
          <p class="empty">No incident was ever resolved here: either all is well, or it has only begun.</p>
        )}
        {past !== null && past.length > 0 && <PastTable incidents={past} tenant={tenant} />}
        {before !== null && (
          <nav class="pager" aria-label="Older incidents">
            <a href={`/incidents?before=${String(before)}`} rel="next">
              Older
            </a>
          </nav>
        )}
      </section>
    </>
  );
}

function PastTable(props: {
  readonly incidents: readonly Incident[];
  readonly tenant: (id: string) => Tenant | undefined;
}): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Earlier incidents">
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Whom</th>
            <th scope="col">Began</th>
            <th scope="col" class="end">
              Lasted
            </th>
          </tr>
        </thead>
        <tbody>
          {props.incidents.map((incident) => (
            <tr key={incident.id}>
              <th scope="row">
                <a href={`/incidents/${encodeURIComponent(incident.id)}`}>{CATALOGUE[incident.code].title}</a>
                {incident.reopened > 0 && (
                  <small class="quiet">came back {counted(incident.reopened, 'time')}</small>
                )}
              </th>
              <td>{subjectOf(incident, props.tenant(incident.subject.name))}</td>
              <td>
                <Time at={incident.firstFailedAt} />
              </td>
              <td class="end">
                {incident.resolvedAt === null
                  ? '–'
                  : spokenDuration(incident.resolvedAt - incident.firstFailedAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
