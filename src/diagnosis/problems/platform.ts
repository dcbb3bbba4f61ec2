/** What breaks every tenant at once. */
import type { PlatformProblem } from '../../model/problem.ts';
import { problems } from '../problem.ts';
import { managementAppDown } from '../remedies/apps.ts';
import { wildcardCertificate } from '../remedies/certificates.ts';
import { wildcardClaimedElsewhere } from '../remedies/claims.ts';
import { platformTlsOutage } from '../remedies/edge.ts';
import { wildcardDnsBroken } from '../remedies/names.ts';
import { wildcardServedWrongly } from '../remedies/served-certificates.ts';

export const PLATFORM = problems<PlatformProblem>('platform', {
  'wildcard-dns-broken': {
    title: 'The wildcard DNS record is broken',
    explanation:
      'Names under the domain do not resolve, or do not lead to the management app. Users get “server not found” or somebody else’s site, for every tenant without a record of its own.',
    toldApartBy:
      'Random names that no tenant owns do not resolve either, or resolve to other addresses than the management app’s. If only one tenant’s name is off, it is the tenant’s record.',
    curedByWaiting: false,
    remedy: wildcardDnsBroken,
  },
  'wildcard-claimed-elsewhere': {
    title: 'Another app claims the wildcard',
    explanation:
      'An app other than the management app holds a certificate entry for the wildcard of the domain. The edge no longer knows which app ends TLS for any tenant: connections break during the handshake, or reach that app. Users of every tenant see an SSL error or a strange site.',
    toldApartBy:
      'The certificate list of another app names the wildcard. Handshakes with names that no tenant owns fail too; without the claim it would be a platform TLS outage.',
    curedByWaiting: false,
    remedy: wildcardClaimedElsewhere,
  },
  'platform-tls-outage': {
    title: 'No site under the wildcard accepts TLS',
    explanation:
      'TLS handshakes fail for every name under the wildcard, also for names that no tenant owns. Users of all tenants see a connection or SSL error. No certificate claim that is known of explains it, so it is most likely the edge.',
    toldApartBy:
      'Handshakes of at least two fresh random names fail, other places are reachable, and no app but the management app claims the wildcard.',
    curedByWaiting: true,
    remedy: platformTlsOutage,
  },
  'wildcard-certificate-missing': {
    title: 'The wildcard certificate is missing',
    explanation:
      'The management app holds no issued certificate for the wildcard. Users of every tenant without an exact certificate see an SSL error.',
    toldApartBy:
      'The management app’s certificate list, read to its end, has no issued entry that covers the wildcard.',
    curedByWaiting: false,
    remedy: wildcardCertificate,
  },
  'wildcard-certificate-invalid': {
    title: 'The wildcard certificate that is served is not valid',
    explanation:
      'The edge serves a certificate for names under the domain that browsers refuse: it is for other names, its chain does not lead to a trusted root, or it is not valid yet. Users of every tenant without an exact certificate are warned that the site is not safe; programs refuse to connect.',
    toldApartBy:
      'The certificate that is served to names no tenant owns; its names, its chain and its dates are judged separately. What the management app’s list says is no proof of what is served: without an issued entry the certificate is missing, past its end it has expired.',
    curedByWaiting: false,
    remedy: wildcardServedWrongly,
  },
  'wildcard-certificate-expired': {
    title: 'The wildcard certificate has expired',
    explanation:
      'The wildcard certificate on the management app is past its end. Browsers warn users of every tenant that the site is not safe, and programs refuse to connect.',
    toldApartBy:
      'The dates of the certificate that is served for names no tenant owns, and of the management app’s entry.',
    curedByWaiting: false,
    remedy: wildcardCertificate,
  },
  'wildcard-certificate-expiring': {
    title: 'The wildcard certificate expires soon',
    explanation:
      'The wildcard certificate on the management app has not been renewed in time. Nobody notices yet; on the day it ends, every tenant’s site shows a certificate error.',
    toldApartBy: 'The served wildcard certificate is valid, with fewer days left than the configured limit.',
    curedByWaiting: false,
    remedy: wildcardCertificate,
  },
  'management-app-down': {
    title: 'The management app is down',
    explanation:
      'The proxy that all tenants’ requests go through does not run or is not healthy. TLS still works, because the edge holds the certificate, but users of every tenant get errors instead of pages.',
    toldApartBy:
      'Handshakes with names that no tenant owns are fine, while the management app’s machines are down or its own health URL fails. A 502 for an unknown tenant is normal and proves nothing.',
    curedByWaiting: true,
    remedy: managementAppDown,
  },
});
