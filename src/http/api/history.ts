import { z } from 'zod';
import { stored } from '../acts.ts';
import { HttpError } from '../errors.ts';
import { answer, cursor, moment, nextCursor, pageSize } from '../schemas/common.ts';
import { deploy, run, transition } from '../schemas/history.ts';
import { incident } from '../schemas/incidents.ts';
import { knownTenant } from './known-tenant.ts';
import { pageOf, positionOf } from './paging.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';
import { tenantParams } from './tenants.ts';

const range = {
  since: moment.optional().describe('Milliseconds since the epoch or RFC 3339; from here on.'),
  until: moment.optional().describe('Up to here, not included.'),
};
const DEFAULT_SINCE_MS = 24 * 60 * 60 * 1000;
const HISTORY_LIMIT = 500;

const at = z.int();
/** A tenant has one run at a moment. */
const runPosition = z.tuple([at]);
const deployPosition = z
  .tuple([at, at, z.string(), z.string()])
  .transform(([createdAt, firstSeenAt, app, release]) => ({ createdAt, firstSeenAt, app, release }));

export function historyRoutes({ api, context }: ApiParts): void {
  const { fleet, platform, store, clock } = context;

  /** Tenants that are gone have a history, too. */
  const subjectOf = (name: string): { readonly id: string; readonly app: string | null } => {
    const tenant = knownTenant(name, fleet, platform);
    if (tenant !== undefined) return tenant;
    if (stored(() => store.runs.latestOf(name)) === null) throw new HttpError('no-such-tenant');
    return { id: name, app: null };
  };

  api.get(
    '/tenants/:tenant/runs',
    {
      config: needs('read'),
      schema: {
        operationId: 'listRuns',
        summary: 'Runs of a tenant, newest first',
        tags: ['history'],
        params: tenantParams,
        querystring: z.object({ ...range, limit: pageSize(100, 1_000), cursor }),
        response: { 200: answer({ runs: z.array(run), next: nextCursor }), ...ERRORS },
      },
    },
    ({ params, query }, reply) => {
      const { id } = subjectOf(params.tenant);
      const { since = 0 } = query;
      const [until] = positionOf(query.cursor, runPosition) ?? [query.until ?? Number.MAX_SAFE_INTEGER];
      const { entries: runs, next } = pageOf(
        query.limit,
        (limit) => stored(() => store.runs.between(id, since, until, limit)),
        (run) => [run.at],
      );
      return reply.send({ runs, next });
    },
  );

  api.get(
    '/tenants/:tenant/history',
    {
      config: needs('read'),
      schema: {
        operationId: 'getHistory',
        summary:
          'Changes of verdict, deploys and incidents of a tenant, newest first; by default of the last day',
        tags: ['history'],
        params: tenantParams,
        querystring: z.object(range),
        response: {
          200: answer({
            transitions: z.array(transition),
            deploys: z.array(deploy),
            incidents: z.array(incident),
          }).describe(`At most ${HISTORY_LIMIT} of each.`),
          ...ERRORS,
        },
      },
    },
    ({ params, query }, reply) => {
      const { id, app } = subjectOf(params.tenant);
      const { until = Number.MAX_SAFE_INTEGER, since = clock.now() - DEFAULT_SINCE_MS } = query;
      const subject = { scope: 'tenant', name: id } as const;
      return reply.send(
        stored(() => ({
          transitions: store.transitions.between(id, since, until, HISTORY_LIMIT),
          deploys: app === null ? [] : store.deploys.between(app, since, until, HISTORY_LIMIT),
          incidents: store.incidents
            .list({ subject, before: until, limit: HISTORY_LIMIT })
            .filter(
              ({ firstFailedAt, resolvedAt }) => firstFailedAt >= since || (resolvedAt ?? until) >= since,
            ),
        })),
      );
    },
  );

  api.get(
    '/deploys',
    {
      config: needs('read'),
      schema: {
        operationId: 'listDeploys',
        summary: 'Releases that were noticed, newest first',
        tags: ['history'],
        querystring: z.object({
          app: z.string().max(100).optional(),
          ...range,
          limit: pageSize(100, 1_000),
          cursor,
        }),
        response: { 200: answer({ deploys: z.array(deploy), next: nextCursor }), ...ERRORS },
      },
    },
    ({ query }, reply) => {
      const { app = null, since = 0, until = Number.MAX_SAFE_INTEGER } = query;
      const after = positionOf(query.cursor, deployPosition);
      const { entries: deploys, next } = pageOf(
        query.limit,
        (limit) => stored(() => store.deploys.between(app, since, until, limit, after)),
        ({ app, release, firstSeenAt }) => [release.createdAt, firstSeenAt, app, release.id],
      );
      return reply.send({ deploys, next });
    },
  );
}
