/** The tenant's app and its machines. */
import { APP, SITE_FAILS, DIRECT_FAILS, outageOrWarning, type TenantRule } from './words.ts';

export const APPS: readonly TenantRule[] = [
  ...outageOrWarning(
    {
      code: 'tenant-app-missing',
      when: { machines: ['missing'], direct: [...DIRECT_FAILS, 'unknown'] },
      certainty: 'certain',
      explains: APP,
    },
    [{ site: SITE_FAILS }, { site: ['unknown'] }],
  ),
  // It answers by its own name: it is there, where our token does not see it.
  ...outageOrWarning(
    {
      code: 'tenant-app-missing',
      when: { machines: ['missing'], direct: ['ok'] },
      certainty: 'likely',
      explains: ['machines-started'],
    },
    [],
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
      when: { machines: ['asleep'], direct: ['unavailable'] },
      certainty: 'certain',
      explains: APP,
    },
    [{ site: SITE_FAILS }],
  ),
  // A start that is still going on may end well.
  ...outageOrWarning(
    {
      code: 'tenant-app-wont-start',
      when: { machines: ['starting'], direct: ['unavailable'] },
      certainty: 'likely',
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
