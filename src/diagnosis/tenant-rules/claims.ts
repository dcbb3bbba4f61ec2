/** The host name on the wrong app. Certainty comes from the certificate list alone. */
import { HANDSHAKE_FAILS, NOT_FAILING, REACHING, SITE_FAILS, type TenantRule } from './words.ts';

export const CLAIMS: readonly TenantRule[] = [
  {
    code: 'certificate-on-tenant-app',
    when: { claim: ['covers'], handshake: HANDSHAKE_FAILS },
    certainty: 'certain',
    severity: 'critical',
    explains: [...REACHING, 'tenant-certificates'],
  },
  // The edge may lead visitors to the app that holds the claim: with no machine to answer, both are one outage.
  {
    code: 'certificate-on-tenant-app',
    when: { claim: ['covers'], machines: ['stopped'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['tenant-certificates'],
  },
  // The edge may also lead visitors past the proxy to the app that holds the claim: what answers there is not the site.
  {
    code: 'certificate-on-tenant-app',
    when: { claim: ['covers'], handshake: NOT_FAILING, site: SITE_FAILS, direct: ['ok'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['tenant-certificates', 'site-response'],
  },
  {
    code: 'certificate-on-foreign-app',
    when: { foreign: ['claimed'], handshake: NOT_FAILING, site: SITE_FAILS, direct: ['ok'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['hostname-claims', 'site-response'],
  },
  {
    code: 'certificate-on-foreign-app',
    when: { foreign: ['claimed'], handshake: HANDSHAKE_FAILS },
    certainty: 'certain',
    severity: 'critical',
    explains: [...REACHING, 'hostname-claims'],
  },
  {
    code: 'certificate-on-tenant-app',
    when: { claim: ['covers'], handshake: NOT_FAILING },
    certainty: 'certain',
    severity: 'warning',
    explains: ['tenant-certificates'],
  },
  // Of other names below the domain: wrong, but nothing to this site.
  {
    code: 'certificate-on-tenant-app',
    when: { claim: ['elsewhere'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['tenant-certificates'],
  },
  {
    code: 'certificate-on-foreign-app',
    when: { foreign: ['claimed'], handshake: NOT_FAILING },
    certainty: 'certain',
    severity: 'warning',
    explains: ['hostname-claims'],
  },
];
