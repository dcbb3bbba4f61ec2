import type { FastifyInstance } from 'fastify';
import { renderToString } from 'preact-render-to-string';
import { SECOND_MS } from '../../model/time.ts';
import { fleetQuery } from './fleet/query.ts';
import { fleetView, ROWS_A_PAGE, type FleetView } from './fleet/rows.ts';
import { FleetPage } from './fleet/view.tsx';
import type { Pages } from './page.tsx';

/** After the first loops have begun, long before somebody follows a link. */
const AFTER_MS = SECOND_MS;
const ROUNDS = 5;

/**
 * Renders the fleet once it is quiet: the first page of a process takes four times as long as the second, while the engine reads
 * and compiles the templates, and whoever opens it at night has just been woken. One round at a time, so that nothing waits long.
 */
export function warmUp(app: FastifyInstance, { context }: Pages): void {
  const { fleet, tracker, clock } = context;
  let round = 0;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    round += 1;
    renderToString(
      <FleetPage
        view={filled(fleetView(fleet, tracker.unresolved(), fleetQuery({})))}
        query={fleetQuery({})}
        shared={fleet.shared()}
        loaded
        intervalMs={SECOND_MS}
        now={clock.now()}
      />,
    );
    if (round < ROUNDS) timer = setTimeout(next, AFTER_MS / ROUNDS).unref();
  };
  app.addHook('onListen', (done) => {
    timer = setTimeout(next, AFTER_MS).unref();
    done();
  });
  app.addHook('onClose', (_app, done) => {
    clearTimeout(timer);
    done();
  });
}

/** While no tenant is known yet there is nothing to draw: rows that say nothing are drawn in their place. */
function filled(view: FleetView): FleetView {
  if (view.rows.length > 0) return view;
  const tenant = { id: '', hostname: '', app: '', labels: {} };
  const row = {
    tenant,
    latest: undefined,
    standing: 'waiting',
    code: null,
    since: null,
    checks: [],
  } as const;
  return { ...view, rows: Array.from({ length: ROWS_A_PAGE }, () => row) };
}
