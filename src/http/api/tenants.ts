import { z } from 'zod';
import type { Tenant } from '../../model/tenant.ts';
import { isSuspended } from '../../model/tenant.ts';
import type { Fleet } from '../../monitor/fleet.ts';
import { answer, cursor, nextCursor, pageSize, time } from '../schemas/common.ts';
import { tenantIdentity, tenantSummary } from '../schemas/history.ts';
import { incident } from '../schemas/incidents.ts';
import { problemCode, tenantResult, verdict } from '../schemas/verify.ts';
import { requireTenant } from './known-tenant.ts';
import { cursorOf, positionOf } from './paging.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';

const position = z.tuple([z.string()]);

const listQuery = z.object({
  verdict: verdict.optional().describe('Of the latest run.'),
  problem: problemCode.optional(),
  search: z.string().max(300).optional().describe('Part of the id, the host name or the app.'),
  label: z.string().max(300).optional().describe('`name=value`, or `name` alone.'),
  limit: pageSize(100, 1_000),
  cursor,
});
type ListQuery = z.output<typeof listQuery>;

const tenantPage = answer({
  tenants: z.array(tenantSummary),
  total: z.number().describe('How many match, on all pages.'),
  next: nextCursor,
});

const tenantDetail = answer({
  tenant: tenantIdentity,
  at: time('When the latest run began.').nullable(),
  decided: verdict.nullable().describe('The last verdict that was neither unknown nor skipped.'),
  result: tenantResult.nullable().describe('Of the latest run; null before the first.'),
  incident: incident.nullable().describe('Pending or open.'),
  intervalMs: z.number().describe('How often the tenant is verified at present.'),
});

export function tenantRoutes({ api, context }: ApiParts): void {
  const { fleet, platform, tracker, scheduler } = context;

  api.get(
    '/tenants',
    {
      config: needs('read'),
      schema: {
        operationId: 'listTenants',
        summary: 'Tenants with their latest verdict, by id',
        tags: ['tenants'],
        querystring: listQuery,
        response: { 200: tenantPage, ...ERRORS },
      },
    },
    ({ query }, reply) => {
      const matching = fleet
        .tenants()
        .filter((tenant) => matches(tenant, query, fleet))
        .sort((one, other) => compare(one.id, other.id));
      const [after] = positionOf(query.cursor, position) ?? [];
      const start = after === undefined ? 0 : matching.findIndex(({ id }) => compare(id, after) > 0);
      const page = start < 0 ? [] : matching.slice(start, start + query.limit);
      const last = page.at(-1);
      return reply.send({
        tenants: page.map((tenant) => summaryOf(tenant, fleet)),
        total: matching.length,
        next: last === undefined || last === matching.at(-1) ? null : cursorOf([last.id]),
      });
    },
  );

  api.get(
    '/tenants/:tenant',
    {
      config: needs('read'),
      schema: {
        operationId: 'getTenant',
        summary: 'One tenant with its latest result',
        tags: ['tenants'],
        params: tenantParams,
        response: { 200: tenantDetail, ...ERRORS },
      },
    },
    ({ params }, reply) => {
      const tenant = requireTenant(params.tenant, fleet, platform);
      const latest = fleet.latest(tenant.id);
      const live = tracker
        .unresolved()
        .find(({ subject }) => subject.scope === 'tenant' && subject.name === tenant.id);
      return reply.send({
        tenant,
        at: latest?.at ?? null,
        decided: latest?.decided ?? null,
        result: fleet.result(tenant.id) ?? null,
        incident: live ?? null,
        intervalMs: scheduler.edgeIntervalMs(),
      });
    },
  );
}

export const tenantParams = z.object({
  tenant: z.string().max(300).describe('Id, host name, app name or UUID.'),
});

function matches(tenant: Tenant, query: ListQuery, fleet: Fleet): boolean {
  const { id, hostname, app, labels } = tenant;
  if (query.search !== undefined) {
    const part = query.search.toLowerCase();
    if (![id, hostname, app].some((name) => name.toLowerCase().includes(part))) return false;
  }
  if (query.label !== undefined) {
    const [name = '', ...value] = query.label.split('=');
    if (!Object.hasOwn(labels, name) || (value.length > 0 && labels[name] !== value.join('='))) return false;
  }
  const result = fleet.latest(id);
  if (query.verdict !== undefined && result?.verdict !== query.verdict) return false;
  if (query.problem === undefined) return true;
  const findings = [result?.diagnosis, ...(result?.alsoFound ?? []), result?.explainedBy];
  return findings.some((finding) => finding?.code === query.problem);
}

function summaryOf(tenant: Tenant, fleet: Fleet): z.output<typeof tenantSummary> {
  const latest = fleet.latest(tenant.id);
  const { diagnosis, explainedBy } = latest ?? {};
  return {
    ...tenant,
    suspended: isSuspended(tenant),
    verdict: latest?.verdict ?? null,
    decided: latest?.decided ?? null,
    code: diagnosis?.code ?? explainedBy?.code ?? null,
    severity: diagnosis?.severity ?? null,
    summary: diagnosis ? (fleet.result(tenant.id)?.diagnosis?.summary ?? null) : null,
    at: latest?.at ?? null,
  };
}

/** By code units: the order is the same on every machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
