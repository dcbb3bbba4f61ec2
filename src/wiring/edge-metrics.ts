import { SECOND_MS } from '../model/time.ts';
import type { EdgeErrors } from '../monitor/edge-errors.ts';
import type { FlyView } from '../monitor/fly-view.ts';

const LOOK_MS = 30 * SECOND_MS;

/** Looks every half minute, one look at a time; returns how to stop. */
export function startEdgeMetrics(edge: EdgeErrors): () => Promise<void> {
  const controller = new AbortController();
  let looking: Promise<void> | undefined;
  const look = (): void => {
    looking ??= edge.look(controller.signal).finally(() => {
      looking = undefined;
    });
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return async () => {
    clearInterval(timer);
    controller.abort(new Error('the daemon stops'));
    await looking;
  };
}

/** The count stands beside what else Fly says of a tenant. */
export function withEdgeErrors(view: FlyView, edge: Pick<EdgeErrors, 'of'>): FlyView {
  return {
    ...view,
    tenant: async (tenant, signal) => {
      const facts = await view.tenant(tenant, signal);
      const edgeErrors = edge.of(tenant.hostname);
      return edgeErrors === undefined ? facts : { ...facts, edgeErrors };
    },
  };
}
