import { z } from 'zod';
import { TENANT_LISTS, type TenantListOfSource } from '../../model/tenant-list.ts';
import { SECOND_MS } from '../../model/time.ts';
import { waitAtMost } from '../../model/wait-at-most.ts';
import { sourceReport, type SourceReport } from '../../reports/tenants.ts';
import { stored } from '../acts.ts';
import { HttpError } from '../errors.ts';
import { answer, named, time } from '../schemas/common.ts';
import { nameOf } from './incidents.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';

const source = named(
  'TenantSource',
  answer({
    name: z.string(),
    tenants: z.number().describe('How many are in use of it.'),
    reason: z.string().nullable().describe('Why its latest answer is not believed; null when it is.'),
    failingSince: time('Since when.').nullable(),
    lost: z
      .number()
      .nullable()
      .describe('How many its latest answer does not have any more, when that is the reason.'),
  }),
);

/** A source may take a while to answer; whoever waits longer asks again. */
const PATIENCE_MS = 10 * SECOND_MS;

export function tenantSourceRoutes({ api, context, acts }: ApiParts): void {
  const { store, scheduler, clock } = context;

  const sources = (): readonly SourceReport[] => {
    const kept = stored(() => store.smallState.get(TENANT_LISTS));
    return ((kept as unknown as readonly TenantListOfSource[] | undefined) ?? []).map(sourceReport);
  };

  const find = (name: string): SourceReport => {
    const found = sources().find((one) => one.name === name);
    if (found === undefined) throw new HttpError('not-found', 'There is no such source of tenants.');
    return found;
  };

  api.get(
    '/tenant-sources',
    {
      config: needs('read'),
      schema: {
        operationId: 'listTenantSources',
        summary: 'Where the list of tenants comes from, and whether each latest answer is believed',
        tags: ['tenants'],
        response: { 200: answer({ sources: z.array(source) }), ...ERRORS },
      },
    },
    (_request, reply) => reply.send({ sources: sources() }),
  );

  api.post(
    '/tenant-sources/accept',
    {
      config: needs('operate'),
      schema: {
        operationId: 'acceptTenantLoss',
        summary: 'Confirms that tenants which a source does not list any more are really gone',
        description:
          'The source is asked at once, and that one list is believed. `waiting` when none came within ten seconds: then its next list within an hour is. The same as `tenantwatch tenants accept`.',
        tags: ['tenants'],
        body: z.strictObject({ source: z.string().min(1).max(300).describe('Its name in the list.') }),
        response: {
          200: answer({ outcome: z.enum(['done', 'waiting']), before: source, after: source }),
          ...ERRORS,
        },
      },
    },
    async ({ body, principal }, reply) => {
      const before = find(body.source);
      if (before.reason === null) return reply.send({ outcome: 'done', before, after: before });
      acts.acceptLoss(before.name, before.lost, nameOf(principal));
      await waitAtMost(
        PATIENCE_MS,
        scheduler.sweepNow().catch(() => undefined),
        clock,
      );
      const after = find(body.source);
      return reply.send({ outcome: after.reason === null ? 'done' : 'waiting', before, after });
    },
  );
}
