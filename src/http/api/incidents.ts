import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { whatCameBefore } from '../../monitor/what-came-before.ts';
import { stored } from '../acts.ts';
import { HttpError } from '../errors.ts';
import { answer, cursor, nextCursor, pageSize } from '../schemas/common.ts';
import { incident, incidentDelivery, incidentEvent } from '../schemas/incidents.ts';
import { deploy } from '../schemas/history.ts';
import { knownTenant } from './known-tenant.ts';
import { pageOf, positionOf } from './paging.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';

const params = z.object({ incident: z.string().max(200) });
const note = z.string().trim().min(1).max(2_000);
const optionalNote = z.strictObject({ note: note.optional() }).nullish();
const position = z.tuple([z.int(), z.string()]).transform(([firstFailedAt, id]) => ({ firstFailedAt, id }));
const one = { 200: answer({ incident }), ...ERRORS } as const;

export function incidentRoutes({ api, context, acts }: ApiParts): void {
  const { store, fleet, platform } = context;

  api.get(
    '/incidents',
    {
      config: needs('read'),
      schema: {
        operationId: 'listIncidents',
        summary: 'Incidents, by their first failing run, newest first',
        tags: ['incidents'],
        querystring: z.object({
          state: z.enum(['pending', 'open', 'resolved']).optional(),
          tenant: z.string().max(300).optional(),
          limit: pageSize(100, 500),
          cursor,
        }),
        response: { 200: answer({ incidents: z.array(incident), next: nextCursor }), ...ERRORS },
      },
    },
    ({ query }, reply) => {
      const { state, tenant } = query;
      const after = positionOf(query.cursor, position);
      const name = tenant === undefined ? undefined : (knownTenant(tenant, fleet, platform)?.id ?? tenant);
      const filter = {
        ...(state === undefined ? {} : { state }),
        ...(name === undefined ? {} : { subject: { scope: 'tenant', name } as const }),
        ...(after === undefined ? {} : { after }),
      };
      const { entries: incidents, next } = pageOf(
        query.limit,
        (limit) => stored(() => store.incidents.list({ ...filter, limit })),
        ({ firstFailedAt, id }) => [firstFailedAt, id],
      );
      return reply.send({ incidents, next });
    },
  );

  api.get(
    '/incidents/:incident',
    {
      config: needs('read'),
      schema: {
        operationId: 'getIncident',
        summary: 'An incident with its timeline and what was told to whom',
        tags: ['incidents'],
        params,
        response: {
          200: answer({
            incident,
            deploy: deploy
              .nullable()
              .describe('The last release of its app within an hour before the first failing run.'),
            origin: z
              .string()
              .nullable()
              .describe('How the certificate behind it got there, as far as history tells.'),
            timeline: z.array(incidentEvent).describe('Oldest first.'),
            deliveries: z.array(incidentDelivery),
          }),
          ...ERRORS,
        },
      },
    },
    ({ params: { incident: id } }, reply) => {
      const found = stored(() => store.incidents.get(id));
      if (found === null) throw new HttpError('not-found', 'There is no such incident.');
      return reply.send(
        stored(() => ({
          incident: found,
          ...whatCameBefore(store, platform, fleet.tenant(found.subject.name) ?? null, found),
          timeline: store.incidents.events(id),
          deliveries: store.outbox.list({ group: id, limit: 500 }).map(shown),
        })),
      );
    },
  );

  api.post(
    '/incidents/:incident/acknowledge',
    {
      config: needs('operate'),
      schema: {
        operationId: 'acknowledgeIncident',
        summary: 'Somebody takes care of it: no more reminders',
        tags: ['incidents'],
        params,
        body: optionalNote,
        response: one,
      },
    },
    ({ params: { incident: id }, body, principal }, reply) =>
      reply.send({ incident: acts.acknowledge(id, nameOf(principal), body?.note ?? null) }),
  );

  api.post(
    '/incidents/:incident/unacknowledge',
    {
      config: needs('operate'),
      schema: {
        operationId: 'unacknowledgeIncident',
        summary: 'Nobody takes care of it any more',
        tags: ['incidents'],
        params,
        response: one,
      },
    },
    ({ params: { incident: id }, principal }, reply) =>
      reply.send({ incident: acts.unacknowledge(id, nameOf(principal)) }),
  );

  api.post(
    '/incidents/:incident/resolve',
    {
      config: needs('operate'),
      schema: {
        operationId: 'resolveIncident',
        summary: 'Ends it by hand; trouble that goes on opens it again',
        tags: ['incidents'],
        params,
        body: optionalNote,
        response: one,
      },
    },
    ({ params: { incident: id }, body, principal }, reply) =>
      reply.send({ incident: acts.resolve(id, nameOf(principal), body?.note ?? null) }),
  );

  api.post(
    '/incidents/:incident/notes',
    {
      config: needs('operate'),
      schema: {
        operationId: 'noteIncident',
        summary: 'Adds a note to the timeline, also of an incident that is over',
        tags: ['incidents'],
        params,
        body: z.strictObject({ text: note }),
        response: one,
      },
    },
    ({ params: { incident: id }, body, principal }, reply) =>
      reply.send({ incident: acts.note(id, nameOf(principal), body.text) }),
  );
}

export function nameOf(principal: { readonly name: string } | null): string {
  return principal?.name ?? 'unknown';
}

/** The message itself holds what the incident holds; an error of a channel never holds its secrets. */
function shown({ id, channel, message, state, attempts, createdAt, sentAt, lastError }: Delivery) {
  return { id, channel, reason: message.reason, state, attempts, createdAt, sentAt, lastError };
}
