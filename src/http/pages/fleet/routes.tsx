import type { FastifyInstance } from 'fastify';
import { sendPage, type Pages } from '../page.tsx';
import { fleetQuery } from './query.ts';
import { fleetView } from './rows.ts';
import { FleetPage, fleetTitle } from './view.tsx';

export function fleetRoutes(app: FastifyInstance, pages: Pages): void {
  const { fleet, tracker, scheduler, clock } = pages.context;
  app.get<{ Querystring: Record<string, unknown> }>('/', { config: { access: 'page' } }, (request, reply) => {
    const query = fleetQuery(request.query);
    const view = fleetView(fleet, tracker.unresolved(), query);
    return sendPage(pages, request, reply, {
      title: fleetTitle(view),
      section: 'fleet',
      topic: 'fleet',
      body: () => (
        <FleetPage
          view={view}
          query={query}
          shared={fleet.shared()}
          loaded={fleet.loaded()}
          intervalMs={scheduler.edgeIntervalMs()}
          now={clock.now()}
        />
      ),
    });
  });
  app.get('/tenants', { config: { access: 'page' } }, (_request, reply) => reply.redirect('/', 308));
}
