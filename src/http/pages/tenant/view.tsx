import type { ComponentChildren, JSX } from 'preact';
import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import type { TenantResult } from '../../../model/diagnosis.ts';
import type { Incident } from '../../../model/incident.ts';
import { isSuspended, type Tenant } from '../../../model/tenant.ts';
import { plainText } from '../../../model/text.ts';
import { spokenRatio, spokenMs } from '../../../model/spoken.ts';
import type { LatestResult } from '../../../monitor/fleet.ts';
import { ClaimTable } from '../claims/table.tsx';
import { Breakable } from '../parts/breakable.tsx';
import { DiagnosisCard } from '../parts/diagnosis.tsx';
import { Mark } from '../parts/mark.tsx';
import { Ago, Time } from '../parts/time.tsx';
import type { Viewer } from '../viewer.ts';
import { STANDING_WORDS } from '../words.ts';
import { Checklist } from './checklist.tsx';
import type { TenantHistory } from './history.ts';
import { LatencyChart } from './latency-chart.tsx';
import { Strip, type Marker, type Span } from './strip.tsx';
import { TenantTimeline } from './timeline.tsx';

/** In a title of the charts; the timeline below has it whole. */
const LABEL_LENGTH = 60;

interface TenantPageProps {
  readonly tenant: Tenant;
  readonly latest: LatestResult | undefined;
  /** What the latest run said, whole. */
  readonly result: TenantResult | undefined;
  /** The incident that goes on. */
  readonly incident: Incident | undefined;
  /** Null while the database is away: what is known now is shown all the same. */
  readonly history: TenantHistory | null;
  readonly viewer: Viewer;
  readonly now: number;
}

export function TenantPage(props: TenantPageProps): JSX.Element {
  const { tenant, latest, result, incident, history, viewer, now } = props;
  const standing = result?.verdict ?? 'waiting';
  return (
    <>
      <div class={`lead beside tenant ${standing}`}>
        <div>
          <p class="crumbs">
            <a href="/">Fleet</a>
          </p>
          <h1>
            <Mark of={standing} size="big" />
            <span>
              <Breakable text={tenant.hostname} />
            </span>
          </h1>
          <p class="sub">
            <span class={`state ${standing}`}>{STANDING_WORDS[standing]}</span>
            {latest !== undefined && (
              <>
                <span>
                  verified <Ago at={latest.at} now={now} />
                </span>
                <span>took {spokenMs(latest.durationMs)}</span>
              </>
            )}
            <span>
              app <code>{tenant.app}</code>
            </span>
            <a href={`https://${tenant.hostname}/`} rel="noopener noreferrer" target="_blank">
              Open the site
            </a>
          </p>
          <Labels tenant={tenant} />
        </div>
        {viewer.mayVerify && (
          <form
            method="post"
            action={`/tenants/${encodeURIComponent(tenant.id)}/verify`}
            data-verify
            id="verify"
          >
            <input type="hidden" name="csrf" value={viewer.csrf} />
            <output id="verify-progress" data-keep aria-live="polite" />
            <button type="submit" class="primary">
              Verify now
            </button>
          </form>
        )}
      </div>
      {incident !== undefined && (
        <p class={`note ${incident.severity}`}>
          <a href={`/incidents/${encodeURIComponent(incident.id)}`}>Incident</a> since{' '}
          <Time at={incident.firstFailedAt} />
          {incident.acknowledged !== null && `, acknowledged by ${incident.acknowledged.by}`}
          {incident.silencedBy !== null && ', silenced'}.
        </p>
      )}
      {isSuspended(tenant) && <p class="note">Suspended on purpose: it is not judged, and nobody is told.</p>}
      {result?.explainedBy != null && (
        <p class="note">
          What fails here is explained by the {result.explainedBy.scope}:{' '}
          <a href={`/runbooks/${result.explainedBy.code}`}>{CATALOGUE[result.explainedBy.code].title}</a>.
        </p>
      )}
      {result?.diagnosis != null && <DiagnosisCard of={result.diagnosis} />}
      {result !== undefined && result.alsoFound.length > 0 && (
        <Section title="Also found" id="also">
          {result.alsoFound.map((diagnosis) => (
            <details key={diagnosis.code} id={`also-${diagnosis.code}`} class="also">
              <summary>{diagnosis.summary}</summary>
              <DiagnosisCard of={diagnosis} heading="h3" />
            </details>
          ))}
        </Section>
      )}
      <Section title="Checklist" id="checks">
        <Checklist checks={result?.checks ?? []} />
      </Section>
      {history === null ? (
        <p class="note">The database cannot be read at the moment; history is not shown.</p>
      ) : (
        <History history={history} now={now} />
      )}
    </>
  );
}

function History({ history, now }: { readonly history: TenantHistory; readonly now: number }): JSX.Element {
  const deploys: readonly Marker[] = history.deploys.map(({ release }) => ({
    at: release.createdAt,
    label: `Deploy v${String(release.version)}`,
  }));
  const outages: readonly Span[] = history.incidents.map(({ firstFailedAt, resolvedAt, summary }) => ({
    at: firstFailedAt,
    until: resolvedAt,
    label: plainText(summary, LABEL_LENGTH),
  }));
  return (
    <>
      <Section title="Last 90 days" id="days">
        <Strip days={history.days} deploys={deploys} outages={outages} />
        <dl class="numbers">
          {history.availability.map(({ label, of }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{of?.ratio == null ? '–' : spokenRatio(of.ratio)}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title="Latency by stage" id="latency">
        <LatencyChart latency={history.latency} deploys={deploys} outages={outages} />
      </Section>
      <Section title="What happened" id="happened">
        <TenantTimeline history={history} />
      </Section>
      <Section title="Claims" id="claims">
        {history.claims.length === 0 ? (
          <p class="empty">
            The tenant’s app holds no certificate, and no app claims its hostname. That is right.
          </p>
        ) : (
          <ClaimTable records={history.claims} now={now} />
        )}
      </Section>
    </>
  );
}

function Labels({ tenant: { labels } }: { readonly tenant: Tenant }): JSX.Element | null {
  const entries = Object.entries(labels);
  if (entries.length === 0) return null;
  return (
    <ul class="labels" aria-label="Labels">
      {entries.map(([name, value]) => (
        <li key={name}>
          {name}: {value}
        </li>
      ))}
    </ul>
  );
}

function Section(props: {
  readonly title: string;
  readonly id: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section aria-labelledby={props.id} class="part">
      <h2 id={props.id}>{props.title}</h2>
      {props.children}
    </section>
  );
}
