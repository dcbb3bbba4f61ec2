import type { Config } from '../../config/index.ts';
import { isAppName } from '../../model/hostname.ts';
import { counted } from '../../model/spoken.ts';
import type { Tenant } from '../../model/tenant.ts';
import type { DoctorFinding } from '../../reports/doctor.ts';

/** The list that the sources give, or why there is none. */
export type TenantsAnswer =
  | { readonly list: 'read'; readonly tenants: readonly Tenant[] }
  | { readonly list: 'unreadable'; readonly why: string }
  /** Fly alone knows them, and is not to be asked. */
  | { readonly list: 'left-out' };

const SHOWN = 3;

/** How many there are: a pattern that matches nothing is quiet everywhere else. */
export function judgeTenants(answer: TenantsAnswer, { platform, fly }: Config): DoctorFinding {
  const id = 'tenants';
  switch (answer.list) {
    case 'left-out':
      return {
        id,
        verdict: 'skipped',
        text: "no-fly: Fly's API is not asked, and it alone knows them.",
        advice: [],
      };
    case 'unreadable':
      return {
        id,
        verdict: 'unknown',
        text: `The list cannot be read: ${answer.why.replace(/\.$/, '')}.`,
        advice: [],
      };
    case 'read': {
      const { tenants } = answer;
      if (tenants.length === 0) {
        const org = fly.org !== null && isAppName(fly.org) ? fly.org : 'ORG';
        return {
          id,
          verdict: 'fail',
          text: 'The sources name no tenant: nothing would be watched.',
          advice: [
            `fly apps list -o ${org}`,
            `compare with platform.tenantApp (${platform.tenantApp}), platform.tenantIdPattern (${platform.tenantIdPattern}) and tenants[].exclude`,
          ],
        };
      }
      const names = tenants.slice(0, SHOWN).map(({ id: name }) => name);
      const rest = tenants.length > SHOWN ? ', …' : '';
      return {
        id,
        verdict: 'pass',
        text: `${counted(tenants.length, 'tenant')}: ${names.join(', ')}${rest}`,
        advice: [],
      };
    }
  }
}
