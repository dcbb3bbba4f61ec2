/** The tenant's app and its machines. */
import { APP, SITE_FAILS, DIRECT_FAILS, outageOrWarning, type TenantRule } from './words.ts';

export const APPS: readonly TenantRule[] = [
  ...outageOrWarning(
    { code: 'tenant-app-missing', when: { machines: ['missing'] }, certainty: 'certain', explains: APP },
    [{ site: SITE_FAILS }, { site: ['unknown'] }],
  ),
  ...outageOrWarning(
    { code: 'tenant-app-stopped', when: { machines: ['stopped'] }, certainty: 'certain', explains: APP },
    [{ site: SITE_FAILS }, { direct: DIRECT_FAILS }],
  ),
  {
    code: 'tenant-app-crashing',
    when: { machines: ['crashing'], direct: DIRECT_FAILS },
    certainty: 'certain',
    severity: 'critical',
    explains: APP,
  },
  {
    code: 'tenant-app-crashing',
    when: { machines: ['crashing'], site: SITE_FAILS },
    certainty: 'likely',
    severity: 'critical',
    explains: APP,
  },
  {
    code: 'tenant-app-crashing',
    when: { machines: ['crashing'] },
    certainty: 'likely',
    severity: 'warning',
    explains: ['machines-started'],
  },
  ...outageOrWarning(
    {
      code: 'tenant-app-wont-start',
      when: { machines: ['asleep', 'starting'], direct: ['unavailable'] },
      certainty: 'certain',
      explains: APP,
    },
    [{ site: SITE_FAILS }],
  ),
  {
    code: 'tenant-app-wont-start',
    when: { machines: ['asleep', 'starting'], direct: ['server-error', 'unreachable'], site: SITE_FAILS },
    certainty: 'likely',
    severity: 'critical',
    explains: APP,
  },
];
