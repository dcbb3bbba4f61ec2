import type { Logger } from '../model/logger.ts';
import type { Tenant } from '../model/tenant.ts';

/** Of more than that at once the number says enough. */
const NAMED = 20;

/** A line when tenants come, and one when they go. */
export function tellTenants(
  logger: Pick<Logger, 'info'>,
  added: readonly Tenant[],
  removed: readonly Tenant[],
): void {
  for (const [tenants, what] of [
    [added, 'tenants came'],
    [removed, 'tenants went'],
  ] as const) {
    if (tenants.length === 0) continue;
    logger.info({ count: tenants.length, tenants: tenants.slice(0, NAMED).map(({ id }) => id) }, what);
  }
}
