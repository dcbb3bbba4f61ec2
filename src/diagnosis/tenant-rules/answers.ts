/** What the site answers, through the proxy and past it. */
import { BAD_STATUS, DIRECT_FAILS, type TenantRule } from './words.ts';

export const ANSWERS: readonly TenantRule[] = [
  {
    code: 'tenant-not-routed',
    when: {
      site: BAD_STATUS,
      siteLikeControl: ['same'],
      direct: ['ok'],
      directLikeSite: ['different', 'unknown'],
    },
    certainty: 'certain',
    severity: 'critical',
    explains: ['site-response'],
  },
  {
    code: 'tenant-not-routed',
    when: {
      site: BAD_STATUS,
      siteLikeControl: ['similar'],
      direct: ['ok'],
      directLikeSite: ['different', 'unknown'],
    },
    certainty: 'likely',
    severity: 'critical',
    explains: ['site-response'],
  },
  {
    code: 'proxy-routing-broken',
    when: { site: ['no-answer'], direct: ['ok'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['site-response'],
  },
  {
    code: 'proxy-routing-broken',
    when: { site: ['gateway-error'], siteLikeControl: ['different'], direct: ['ok'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['site-response'],
  },
  {
    code: 'proxy-routing-broken',
    when: {
      site: ['gateway-error', 'server-error'],
      siteLikeControl: ['different', 'unknown'],
      direct: ['ok'],
    },
    certainty: 'likely',
    severity: 'critical',
    explains: ['site-response'],
  },
  {
    code: 'site-error',
    when: {
      site: ['gateway-error', 'server-error'],
      directLikeSite: ['same'],
      machines: ['started', 'unknown'],
    },
    certainty: 'certain',
    severity: 'critical',
    explains: ['site-response', 'direct-response'],
  },
  {
    code: 'site-error',
    when: { site: ['gateway-error', 'server-error', 'no-answer'], direct: [...DIRECT_FAILS, 'unknown'] },
    certainty: 'likely',
    severity: 'critical',
    explains: ['site-response', 'direct-response'],
  },
  {
    code: 'site-unexpected-status',
    when: { site: ['unexpected-status'], directLikeSite: ['same'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['site-response'],
  },
  {
    code: 'site-unexpected-status',
    when: { site: ['unexpected-status'] },
    certainty: 'likely',
    severity: 'critical',
    explains: ['site-response'],
  },
  {
    code: 'direct-unreachable',
    when: { direct: DIRECT_FAILS, site: ['ok', 'indistinguishable'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['direct-response'],
  },
  {
    code: 'direct-unreachable',
    when: { direct: DIRECT_FAILS },
    certainty: 'likely',
    severity: 'warning',
    explains: ['direct-response'],
  },
  {
    code: 'site-indistinguishable',
    when: { site: ['indistinguishable'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['site-response'],
  },
];
