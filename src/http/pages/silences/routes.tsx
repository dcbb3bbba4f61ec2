import type { FastifyInstance } from 'fastify';
import type { JSX } from 'preact';
import { silenceMatches } from '../../../incidents/index.ts';
import type { Incident, Silence, SilenceMatcher } from '../../../model/incident.ts';
import { PROBLEM_CODES } from '../../../model/problem.ts';
import type { Tenant } from '../../../model/tenant.ts';
import { seeOther, sendPage, type Pages } from '../page.tsx';
import { Time } from '../parts/time.tsx';
import { readStore } from '../read-store.ts';
import { actorOf, type Viewer } from '../viewer.ts';
import { counted } from '../../../model/spoken.ts';
import { LengthAndReason } from './fields.tsx';
import { newSilence } from './form.ts';

const MOST = 100;

export function silenceRoutes(app: FastifyInstance, pages: Pages): void {
  const { store, clock, tracker, fleet } = pages.context;

  app.get('/silences', { config: { access: 'page' } }, (request, reply) => {
    const silences = readStore(pages.context, () =>
      store.silences.list(clock.now(), { ended: true, limit: MOST }),
    );
    return sendPage(pages, request, reply, {
      title: 'Silences',
      section: 'silences',
      topic: 'incidents',
      body: (viewer) => (
        <SilencesPage
          silences={silences}
          incidents={tracker.unresolved().filter(({ state }) => state === 'open')}
          tenant={fleet.tenant}
          viewer={viewer}
          now={clock.now()}
        />
      ),
    });
  });

  app.post('/silences', { config: { access: 'operate' } }, (request, reply) => {
    pages.acts.silence(newSilence(request.body, clock.now()), actorOf(request));
    return seeOther(reply, '/silences');
  });

  app.post<{ Params: { id: string } }>(
    '/silences/:id/end',
    { config: { access: 'operate' } },
    (request, reply) => {
      pages.acts.endSilence(request.params.id, actorOf(request));
      return seeOther(reply, '/silences');
    },
  );
}

interface SilencesPageProps {
  readonly silences: readonly Silence[] | null;
  readonly incidents: readonly Incident[];
  readonly tenant: (id: string) => Tenant | undefined;
  readonly viewer: Viewer;
  readonly now: number;
}

function SilencesPage({ silences, incidents, tenant, viewer, now }: SilencesPageProps): JSX.Element {
  if (silences === null) return <p class="note">The database cannot be read at the moment.</p>;
  const current = silences.filter(({ endsAt }) => endsAt > now);
  const over = silences.filter(({ endsAt }) => endsAt <= now);
  const covered = (silence: Silence): number =>
    incidents.filter((one) => silenceMatches(silence.matcher, one, tenant(one.subject.name) ?? null)).length;
  return (
    <>
      <div class="lead">
        <h1>
          {current.length === 0
            ? 'Nothing is silenced'
            : `${current.length < MOST ? '' : 'At least '}${counted(current.length, 'silence')} in force`}
        </h1>
        <p class="quiet">
          A silence mutes messages, never probing; what was told as opened is told as resolved all the same.
        </p>
      </div>
      {current.length > 0 && (
        <ul class="cards">
          {current.map((silence) => (
            <li key={silence.id} class="card">
              <h2>
                <Matcher of={silence.matcher} />
              </h2>
              <p>{silence.reason}</p>
              <p class="quiet">
                by {silence.author}, {silence.startsAt > now ? 'from' : 'since'}{' '}
                <Time at={silence.startsAt} />, until <Time at={silence.endsAt} />
                {silence.untilDeployOf !== null &&
                  ` or until a deploy of ${silence.untilDeployOf} was verified`}
                ; covers {counted(covered(silence), 'open incident')}
              </p>
              {viewer.mayOperate && (
                <form method="post" action={`/silences/${encodeURIComponent(silence.id)}/end`}>
                  <input type="hidden" name="csrf" value={viewer.csrf} />
                  <button type="submit">End now</button>
                </form>
              )}
            </li>
          ))}
        </ul>
      )}
      {viewer.mayOperate && <NewSilenceForm viewer={viewer} />}
      {silences.length === MOST && (
        <p class="quiet">
          Shown are the {MOST} that end last; <code>tenantwatch silence list</code> prints all in force.
        </p>
      )}
      {over.length > 0 && (
        <section aria-labelledby="over" class="part">
          <h2 id="over">Over</h2>
          <ul class="plain rows">
            {over.map((silence) => (
              <li key={silence.id}>
                <Matcher of={silence.matcher} /> {silence.reason}
                <span class="quiet">
                  {' '}
                  by {silence.author}, until <Time at={silence.endsAt} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Matcher({ of }: { readonly of: SilenceMatcher }): JSX.Element {
  const parts = [
    ...(of.tenant === undefined ? [] : [`tenant ${of.tenant}`]),
    ...(of.problem === undefined ? [] : [`problem ${of.problem}`]),
    ...Object.entries(of.labels ?? {}).map(([name, value]) => `label ${name}:${value}`),
  ];
  return <code>{parts.join(', ')}</code>;
}

function NewSilenceForm({ viewer }: { readonly viewer: Viewer }): JSX.Element {
  return (
    <section aria-labelledby="new" class="part">
      <h2 id="new">New silence</h2>
      <form method="post" action="/silences" class="fields">
        <input type="hidden" name="csrf" value={viewer.csrf} />
        <label>
          Tenant
          <input type="text" name="tenant" placeholder="id, hostname or glob" autocomplete="off" />
        </label>
        <label>
          Problem
          <input type="text" name="problem" placeholder="code or glob" list="codes" autocomplete="off" />
        </label>
        <datalist id="codes">
          {PROBLEM_CODES.map((code) => (
            <option key={code} value={code} />
          ))}
        </datalist>
        <label>
          Label
          <input type="text" name="label" placeholder="plan:free" autocomplete="off" />
        </label>
        <label>
          Until a deploy was verified
          <input type="text" name="until-deploy" placeholder="app (optional)" autocomplete="off" />
        </label>
        <LengthAndReason />
        <button type="submit" class="primary">
          Silence
        </button>
      </form>
    </section>
  );
}
