import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { stormDiagnosis } from '../../../diagnosis/storm.ts';
import { isStorm } from '../../../incidents/index.ts';
import { HttpError } from '../../errors.ts';
import { stored } from '../../acts.ts';
import type { Incident } from '../../../model/incident.ts';
import { SEVERITIES } from '../../../model/verdict.ts';
import { whatCameBefore } from '../../../monitor/what-came-before.ts';
import { pageOf, positionOf } from '../../api/paging.ts';
import { field, formOf } from '../forms.ts';
import { notFound } from '../not-found.tsx';
import { seeOther, sendPage, type Pages } from '../page.tsx';
import { readStore } from '../read-store.ts';
import { newSilence } from '../silences/form.ts';
import { actorOf } from '../viewer.ts';
import { IncidentList } from './list.tsx';
import { postMortemRoutes } from './post-mortem.tsx';
import { IncidentPage, type IncidentView } from './view.tsx';

const A_PAGE = 50;
const MOST_DELIVERIES = 100;
const place = z.tuple([z.int(), z.string()]);

export function incidentRoutes(app: FastifyInstance, pages: Pages): void {
  const { store, tracker, fleet, clock } = pages.context;

  app.get<{ Querystring: { before?: unknown } }>(
    '/incidents',
    { config: { access: 'page' } },
    (request, reply) => {
      const after = placeOf(request.query.before);
      const past = readStore(pages.context, () =>
        pageOf(
          A_PAGE,
          (limit) =>
            store.incidents.list({ state: 'resolved', limit, ...(after === undefined ? {} : { after }) }),
          ({ firstFailedAt, id }) => [firstFailedAt, id],
        ),
      );
      const current = after === undefined ? tracker.unresolved() : [];
      return sendPage(pages, request, reply, {
        title: 'Incidents',
        section: 'incidents',
        topic: 'incidents',
        body: () => (
          <IncidentList
            current={current.toSorted(urgentFirst)}
            past={past?.entries ?? null}
            before={past?.next ?? null}
            tenant={fleet.tenant}
            now={clock.now()}
          />
        ),
      });
    },
  );

  app.get<{ Params: { id: string } }>('/incidents/:id', { config: { access: 'page' } }, (request, reply) => {
    const view = stored(() => incidentView(pages, request.params.id));
    if (view === undefined) return notFound(pages, request, reply, 'There is no such incident.');
    return sendPage(pages, request, reply, {
      title: view.incident.summary,
      section: 'incidents',
      topic: 'incidents',
      body: (viewer) => <IncidentPage {...view} viewer={viewer} now={clock.now()} />,
    });
  });

  const act = (name: string, perform: (id: string, by: string, request: FastifyRequest) => unknown): void => {
    app.post<{ Params: { id: string } }>(
      `/incidents/:id/${name}`,
      { config: { access: 'operate' } },
      (request, reply) => {
        const { id } = request.params;
        perform(id, actorOf(request), request);
        return seeOther(reply, `/incidents/${encodeURIComponent(id)}`);
      },
    );
  };
  postMortemRoutes(app, pages);

  const { acts } = pages;
  const noteOf = (request: FastifyRequest): string | null => field(formOf(request.body), 'note');
  act('acknowledge', (id, by, request) => acts.acknowledge(id, by, noteOf(request)));
  act('unacknowledge', (id, by) => acts.unacknowledge(id, by));
  act('resolve', (id, by, request) => acts.resolve(id, by, noteOf(request)));
  act('note', (id, by, request) => {
    const text = noteOf(request);
    if (text === null) throw new HttpError('bad-request', 'The note is empty.');
    acts.note(id, by, text);
  });
  act('silence', (_id, by, request) => {
    acts.silence(newSilence(request.body, clock.now()), by);
    // What a silence covers is decided in the next round; whoever pressed the button wants to see it now.
    tracker.flush();
  });
}

/** Behind which incident an older page begins; a cursor that is none of ours begins at the newest. */
function placeOf(before: unknown): { readonly firstFailedAt: number; readonly id: string } | undefined {
  if (typeof before !== 'string') return undefined;
  const found = positionOf(before, place.nullable().catch(null)) ?? null;
  return found === null ? undefined : { firstFailedAt: found[0], id: found[1] };
}

/** What is proven before what is not, critical before warning, then the newest. */
function urgentFirst(a: Incident, b: Incident): number {
  const rank = ({ state, severity }: Incident): number =>
    SEVERITIES.indexOf(severity) + (state === 'pending' ? SEVERITIES.length : 0);
  return rank(a) - rank(b) || b.firstFailedAt - a.firstFailedAt;
}

function incidentView({ context }: Pages, id: string): IncidentView | undefined {
  const { tracker, store, fleet, platform } = context;
  const incident = tracker.get(id) ?? store.incidents.get(id);
  if (incident === null) return undefined;
  const tenant = incident.subject.scope === 'tenant' ? fleet.tenant(incident.subject.name) : undefined;
  return {
    incident: withDiagnosis(incident, context),
    tenant,
    tenantOf: fleet.tenant,
    storm: tracker.unresolved().find(({ subject }) => subject.name === incident.storm),
    events: store.incidents.events(id),
    deliveries: store.outbox.list({ group: id, limit: MOST_DELIVERIES }),
    ...whatCameBefore(store, platform, tenant ?? null, incident),
  };
}

/** While it goes on, what the latest runs say of the same problem is fresher than what opened it. */
function withDiagnosis(incident: Incident, { fleet, platform }: Pages['context']): Incident {
  if (incident.state !== 'open') return incident;
  const { code, subject, members } = incident;
  if (isStorm(incident)) {
    const results = members.flatMap((id) => fleet.result(id) ?? []);
    return results.length === 0
      ? incident
      : { ...incident, diagnosis: stormDiagnosis(code, results, platform) };
  }
  const latest = fleet.result(subject.name)?.diagnosis;
  return latest?.code === code ? { ...incident, diagnosis: latest } : incident;
}
