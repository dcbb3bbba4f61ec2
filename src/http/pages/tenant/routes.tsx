import type { FastifyInstance } from 'fastify';
import { isActive } from '../../../incidents/index.ts';
import { parseTenantArgument } from '../../../model/tenant-names.ts';
import type { Tenant } from '../../../model/tenant.ts';
import { notFound } from '../not-found.tsx';
import { sendPage, type Pages } from '../page.tsx';
import { readStore } from '../read-store.ts';
import { tenantHistory } from './history.ts';
import { verifyRoute } from './verify.ts';
import { TenantPage } from './view.tsx';

export function tenantRoutes(app: FastifyInstance, pages: Pages): void {
  const { fleet, tracker, store, clock, config } = pages.context;

  app.get<{ Params: { id: string } }>('/tenants/:id', { config: { access: 'page' } }, (request, reply) => {
    const { id } = request.params;
    const tenant = fleet.tenant(id);
    if (tenant === undefined) {
      const meant = meantBy(id, config.platform, fleet.tenant);
      if (meant !== undefined) return reply.redirect(`/tenants/${encodeURIComponent(meant.id)}`, 302);
      return notFound(pages, request, reply, `No tenant “${id}” is in the fleet.`);
    }
    const history = readStore(pages.context, () => tenantHistory(store, tenant, clock.now()));
    const incident = tracker
      .unresolved()
      .find(
        (one) =>
          isActive(one) && one.subject.scope === 'tenant' && one.subject.name === id && one.state === 'open',
      );
    return sendPage(pages, request, reply, {
      title: tenant.hostname,
      section: 'fleet',
      topic: `tenant:${tenant.id}`,
      body: (viewer) => (
        <TenantPage
          tenant={tenant}
          latest={fleet.latest(tenant.id)}
          result={fleet.result(tenant.id)}
          incident={incident}
          history={history}
          viewer={viewer}
          now={clock.now()}
        />
      ),
    });
  });

  verifyRoute(app, pages);
}

/** People paste hostnames, app names and UUIDs into addresses, too. */
function meantBy(
  text: string,
  platform: Parameters<typeof parseTenantArgument>[1],
  known: (id: string) => Tenant | undefined,
): Tenant | undefined {
  const parsed = parseTenantArgument(text, platform);
  return parsed.ok ? known(parsed.tenant.id) : undefined;
}
