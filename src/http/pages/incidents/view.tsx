import type { JSX } from 'preact';
import { isStorm } from '../../../incidents/index.ts';
import type { Delivery, IncidentEvent } from '../../../model/delivery.ts';
import type { Incident } from '../../../model/incident.ts';
import type { Tenant } from '../../../model/tenant.ts';
import { spokenDuration, counted } from '../../../model/spoken.ts';
import type { WhatCameBefore } from '../../../monitor/what-came-before.ts';
import { summarize } from '../../../reports/deliveries.ts';
import { durationOf, timelineOf } from '../../../reports/incidents.ts';
import { Breakable } from '../parts/breakable.tsx';
import { DiagnosisCard } from '../parts/diagnosis.tsx';
import { Time } from '../parts/time.tsx';
import type { Viewer } from '../viewer.ts';
import { IncidentActs } from './acts.tsx';
import { Deliveries } from './deliveries.tsx';
import { IncidentTimeline } from './timeline.tsx';
import { RESOLUTION_WORDS, stateOf, subjectOf } from './words.ts';

export interface IncidentView extends WhatCameBefore {
  readonly incident: Incident;
  readonly tenant: Tenant | undefined;
  readonly tenantOf: (id: string) => Tenant | undefined;
  /** The storm that it is part of. */
  readonly storm: Incident | undefined;
  /** Oldest first. */
  readonly events: readonly IncidentEvent[];
  readonly deliveries: readonly Delivery[];
}

interface IncidentPageProps extends IncidentView {
  readonly viewer: Viewer;
  readonly now: number;
}

export function IncidentPage(props: IncidentPageProps): JSX.Element {
  const { incident, tenant, tenantOf, storm, events, deliveries, deploy, viewer, now } = props;
  const summaries = deliveries.map(summarize).toReversed();
  const { word, kind } = stateOf(incident);
  const lastedMs = durationOf(incident, now);
  return (
    <>
      <div class={`lead incident ${incident.severity} ${kind}`}>
        <p class="crumbs">
          <a href="/incidents">Incidents</a>
        </p>
        <p class="tags">
          <span class={`tag ${incident.severity}`}>{incident.severity}</span>
          <span class="tag" id="incident-state">
            {word}
          </span>
        </p>
        <h1>
          <Breakable text={incident.summary} />
        </h1>
        <p class="sub">
          <Subject incident={incident} tenant={tenant} />
          <span>
            {incident.state === 'resolved' ? 'lasted' : 'for'} {spokenDuration(lastedMs)}
          </span>
          {incident.reopened > 0 && <span>came back {counted(incident.reopened, 'time')}</span>}
          <a href={`/incidents/${encodeURIComponent(incident.id)}/post-mortem`}>Post-mortem draft</a>
        </p>
        {incident.resolution !== null && <p>{RESOLUTION_WORDS[incident.resolution]}</p>}
      </div>
      {storm !== undefined && (
        <p class={`note ${storm.severity}`}>
          Part of a storm: <a href={`/incidents/${encodeURIComponent(storm.id)}`}>{storm.summary}</a>. It is
          told and repaired there.
        </p>
      )}
      {viewer.mayOperate && <IncidentActs incident={incident} viewer={viewer} />}
      {incident.diagnosis !== null && (
        <DiagnosisCard of={incident.diagnosis} titled={incident.diagnosis.summary !== incident.summary} />
      )}
      {isStorm(incident) && <Members incident={incident} tenantOf={tenantOf} />}
      <section class="part" aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <Facts {...props} />
      </section>
      <section class="part" aria-labelledby="timeline">
        <h2 id="timeline">Timeline</h2>
        <IncidentTimeline of={timelineOf(incident, events, deploy, summaries)} />
      </section>
      <section class="part" aria-labelledby="deliveries">
        <h2 id="deliveries">Messages</h2>
        {deliveries.length === 0 ? (
          <p class="empty">Nobody was told.</p>
        ) : (
          <Deliveries deliveries={deliveries} now={now} />
        )}
      </section>
    </>
  );
}

function Subject({ incident, tenant }: Pick<IncidentView, 'incident' | 'tenant'>): JSX.Element {
  const words = subjectOf(incident, tenant);
  if (tenant === undefined) return <span>{words}</span>;
  return <a href={`/tenants/${encodeURIComponent(tenant.id)}`}>{words}</a>;
}

function Facts({ incident, deploy, origin }: IncidentView): JSX.Element {
  const moments = [
    ['First failing run', incident.firstFailedAt],
    ['Opened', incident.openedAt],
    ['Last failing run', incident.lastFailedAt],
    ['First good run', incident.firstGoodAt],
    ['Resolved', incident.resolvedAt],
  ] as const;
  return (
    <dl class="facts">
      {moments.map(([label, at]) =>
        at === null ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <Time at={at} />
            </dd>
          </div>
        ),
      )}
      {deploy !== null && (
        <div>
          <dt>Deploy before it</dt>
          <dd>
            v{deploy.release.version} of <code>{deploy.app}</code>,{' '}
            {spokenDuration(incident.firstFailedAt - deploy.release.createdAt)} before
            {deploy.release.user !== null && `, by ${deploy.release.user}`}
          </dd>
        </div>
      )}
      {origin !== null && (
        <div>
          <dt>Certificate</dt>
          <dd>{origin}</dd>
        </div>
      )}
      <div>
        <dt>Told to</dt>
        <dd>{incident.announcedTo.length === 0 ? 'nobody at present' : incident.announcedTo.join(', ')}</dd>
      </div>
    </dl>
  );
}

function Members({ incident, tenantOf }: Pick<IncidentView, 'incident' | 'tenantOf'>): JSX.Element {
  return (
    <section class="part" aria-labelledby="members">
      <h2 id="members">{counted(incident.memberCount, 'tenant')}</h2>
      <ul class="members">
        {incident.members.map((id) => (
          <li key={id}>
            <a href={`/tenants/${encodeURIComponent(id)}`}>{tenantOf(id)?.hostname ?? id}</a>
          </li>
        ))}
      </ul>
      {incident.memberCount > incident.members.length && (
        <p class="quiet more">
          and {counted(incident.memberCount - incident.members.length, 'other')};{' '}
          <a href={`/?problem=${incident.code}`}>all tenants with this problem now</a>
        </p>
      )}
    </section>
  );
}
