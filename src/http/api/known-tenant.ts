import type { Platform } from '../../model/platform.ts';
import { namedTenants } from '../../model/named-tenants.ts';
import type { Tenant } from '../../model/tenant.ts';
import type { Fleet } from '../../monitor/fleet.ts';
import { HttpError } from '../errors.ts';

/** The tenant of the fleet that a name means: id, host name, app, or what the platform's templates read as one. */
export function knownTenant(name: string, fleet: Fleet, platform: Platform): Tenant | undefined {
  const exact = fleet.tenant(name);
  if (exact !== undefined) return exact;
  const [tenant] = namedTenants([name], fleet.tenants(), platform).tenants;
  return tenant === undefined ? undefined : fleet.tenant(tenant.id);
}

export function requireTenant(name: string, fleet: Fleet, platform: Platform): Tenant {
  const tenant = knownTenant(name, fleet, platform);
  if (tenant !== undefined) return tenant;
  if (!fleet.loaded()) throw new HttpError('unavailable', 'The list of tenants is not known yet.');
  throw new HttpError('no-such-tenant');
}
