/** The name: overridden, shadowed, missing, or on its way. */
import { NAME, outageOrWarning, VISITORS_NOTICE, type TenantRule } from './words.ts';

export const NAMES: readonly TenantRule[] = [
  // Before the claims: its record goes first, since removing the certificate first takes a working site down.
  ...outageOrWarning(
    { code: 'dns-override', when: { dns: ['own'], dnsSeen: ['zone'] }, certainty: 'certain', explains: NAME },
    VISITORS_NOTICE,
  ),
  ...outageOrWarning(
    {
      code: 'dns-override',
      when: { dns: ['own'], dnsSeen: ['resolvers', 'some-resolvers'] },
      certainty: 'likely',
      explains: NAME,
    },
    VISITORS_NOTICE,
  ),
];

export const MISSING_NAMES: readonly TenantRule[] = [
  {
    code: 'dns-wildcard-shadowed',
    when: { dns: ['no-data'], dnsSeen: ['zone'] },
    certainty: 'certain',
    severity: 'critical',
    explains: NAME,
  },
  {
    code: 'dns-wildcard-shadowed',
    when: { dns: ['no-data'], dnsSeen: ['resolvers', 'some-resolvers'] },
    certainty: 'likely',
    severity: 'critical',
    explains: NAME,
  },
  ...outageOrWarning(
    {
      code: 'dns-wildcard-shadowed',
      when: { dns: ['family-missing'], dnsSeen: ['zone'] },
      certainty: 'certain',
      explains: ['dns-wildcard'],
    },
    [],
  ),
  ...outageOrWarning(
    {
      code: 'dns-wildcard-shadowed',
      when: { dns: ['family-missing'], dnsSeen: ['resolvers', 'some-resolvers'] },
      certainty: 'likely',
      explains: ['dns-wildcard'],
    },
    [],
  ),
  {
    code: 'dns-nxdomain',
    when: { dns: ['nxdomain'], dnsSeen: ['zone', 'resolvers'] },
    certainty: 'certain',
    severity: 'critical',
    explains: NAME,
  },
  ...outageOrWarning(
    {
      code: 'dns-nxdomain',
      when: { dns: ['nxdomain'], dnsSeen: ['some-resolvers'] },
      certainty: 'likely',
      explains: NAME,
    },
    VISITORS_NOTICE,
  ),
  {
    code: 'dns-lookup-failing',
    when: { dns: ['failing'], dnsSeen: ['zone'] },
    certainty: 'certain',
    severity: 'critical',
    explains: NAME,
  },
  // Each of them may be at fault, and yet visitors get nowhere: it is said, and what it rests on.
  {
    code: 'dns-lookup-failing',
    when: { dns: ['failing'], dnsSeen: ['resolvers', 'some-resolvers'] },
    certainty: 'likely',
    severity: 'critical',
    explains: NAME,
  },
  ...outageOrWarning(
    { code: 'dns-propagating', when: { dns: ['cached'] }, certainty: 'certain', explains: NAME },
    VISITORS_NOTICE,
  ),
  ...outageOrWarning(
    { code: 'dns-propagating', when: { dns: ['disagree'] }, certainty: 'likely', explains: NAME },
    VISITORS_NOTICE,
  ),
  // Not known to be wrong at all, but a likely cause of what visitors notice.
  ...VISITORS_NOTICE.map((when): TenantRule => ({
    code: 'dns-propagating',
    when: { dns: ['within-ttl'], ...when },
    certainty: 'likely',
    severity: 'critical',
    explains: NAME,
  })),
];
