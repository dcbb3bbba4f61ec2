import type { Logger } from '../model/logger.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Fleet } from '../monitor/fleet.ts';
import type { Tracker } from '../monitor/tracker.ts';
import type { TenantDirectory } from '../tenants/index.ts';

export interface TenantTakerOptions {
  readonly fleet: Fleet;
  readonly tracker: Pick<Tracker, 'closeAbsent'>;
  readonly logger: Pick<Logger, 'info'>;
}

/** Brings what the sources said into the fleet. Call it with every list, also one that did not change. */
export function createTenantTaker(
  options: TenantTakerOptions,
): (list: ReturnType<TenantDirectory['current']>) => void {
  const { fleet, tracker, logger } = options;
  let taken: readonly Tenant[] | undefined;
  return ({ tenants, complete }) => {
    // No source has ever answered: that is not an empty fleet.
    if (!complete && tenants.length === 0) return;
    if (tenants !== taken || complete !== fleet.complete()) {
      const first = !fleet.loaded();
      const { added, removed } = fleet.setTenants(tenants, complete);
      if (first) logger.info({ tenants: tenants.length }, 'tenants are known');
      else tell(logger, added, removed);
    }
    taken = tenants;
    // Who is missing in a part of the list is not known to be gone.
    if (complete) tracker.closeAbsent();
  };
}

/** Of more than that at once the number says enough. */
const NAMED = 20;

function tell(logger: Pick<Logger, 'info'>, added: readonly Tenant[], removed: readonly Tenant[]): void {
  for (const [tenants, what] of [
    [added, 'tenants came'],
    [removed, 'tenants went'],
  ] as const) {
    if (tenants.length === 0) continue;
    logger.info({ count: tenants.length, tenants: tenants.slice(0, NAMED).map(({ id }) => id) }, what);
  }
}
