import type { JSX } from 'preact';
import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import type { Incident } from '../../../model/incident.ts';
import type { Tenant } from '../../../model/tenant.ts';
import { spokenDuration, counted } from '../../../model/spoken.ts';
import { durationOf } from '../../../reports/incidents.ts';
import { Breakable } from '../parts/breakable.tsx';
import { Time } from '../parts/time.tsx';
import { isLoud, stateOf, subjectOf } from './words.ts';

interface IncidentListProps {
  /** Open and pending ones, the most urgent first. */
  readonly current: readonly Incident[];
  /** Null while the database is away. */
  readonly past: readonly Incident[] | null;
  /** The cursor of the older ones, null when these are all. */
  readonly before: string | null;
  readonly tenant: (id: string) => Tenant | undefined;
  readonly now: number;
}

/** More cards than this nobody reads; what they have in common is in the fleet's list. */
const MOST_CARDS = 50;
const MOST_ROWS = 200;

export function IncidentList({ current, past, before, tenant, now }: IncidentListProps): JSX.Element {
  const open = current.filter(isLoud);
  const folded = current.filter((one) => one.state === 'open' && !isLoud(one));
  const pending = current.filter(({ state }) => state === 'pending');
  return (
    <>
      <div class="lead">
        <h1>{open.length === 0 ? 'No incident is open' : counted(open.length, 'open incident')}</h1>
        {open.length > MOST_CARDS && (
          <p class="quiet">
            The {MOST_CARDS} most urgent ones. <a href="/?state=fail">All tenants that fail</a>
          </p>
        )}
      </div>
      {open.length > 0 && (
        <ul class="cards incidents">
          {open.slice(0, MOST_CARDS).map((incident) => (
            <Card key={incident.id} incident={incident} tenant={tenant} now={now} />
          ))}
        </ul>
      )}
      <Folded id="folded" title="explained by others" incidents={folded} tenant={tenant} now={now} />
      <Folded id="pending" title="not proven yet" incidents={pending} tenant={tenant} now={now} />
      <section class="part" aria-labelledby="past">
        <h2 id="past">Earlier</h2>
        {past === null && <p class="note">The database cannot be read at the moment.</p>}
        {past?.length === 0 && <p class="empty">No incident has ended yet.</p>}
        {past !== null && past.length > 0 && (
          <IncidentTable label="Earlier incidents" incidents={past} tenant={tenant} now={now} />
        )}
        {before !== null && (
          <nav class="pager" aria-label="Older incidents">
            <a href={`/incidents?before=${before}`} rel="next">
              Older
            </a>
          </nav>
        )}
      </section>
    </>
  );
}

interface CardProps {
  readonly incident: Incident;
  readonly tenant: (id: string) => Tenant | undefined;
  readonly now: number;
}

function Card({ incident, tenant, now }: CardProps): JSX.Element {
  const { id, severity, summary, subject, firstFailedAt } = incident;
  const { word, kind } = stateOf(incident);
  return (
    <li id={`i-${id}`} class={`card ${severity} ${kind}`}>
      <p class="tags">
        <span class={`tag ${severity}`}>{severity}</span>
        <span class="tag">{word}</span>
        <span class="lasting">{spokenDuration(now - firstFailedAt)}</span>
      </p>
      <h2>
        <a href={`/incidents/${encodeURIComponent(id)}`}>
          <Breakable text={summary} />
        </a>
      </h2>
      <p class="quiet">
        {subjectOf(incident, tenant(subject.name))}, since <Time at={firstFailedAt} />
      </p>
    </li>
  );
}

interface TableProps {
  readonly incidents: readonly Incident[];
  readonly tenant: (id: string) => Tenant | undefined;
  readonly now: number;
}

/** What needs nobody by itself: one line that unfolds. */
function Folded({
  id,
  title,
  ...table
}: TableProps & { readonly id: string; readonly title: string }): JSX.Element | null {
  const { length } = table.incidents;
  if (length === 0) return null;
  return (
    <details id={id} class="folded">
      <summary>
        {counted(length, 'more', 'more')} {title}
      </summary>
      <IncidentTable label={title} {...table} incidents={table.incidents.slice(0, MOST_ROWS)} />
    </details>
  );
}

function IncidentTable(props: TableProps & { readonly label: string }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={props.label}>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Where</th>
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
              <td class="end">{spokenDuration(durationOf(incident, props.now))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
