/** What the proxy and the app answer once the handshake is done. */
import { ofTenant, problems } from '../problem.ts';
import {
  directUnreachable,
  indistinguishable,
  notRouted,
  proxyRouting,
  siteAnswers,
} from '../remedies/routing.ts';

type Code =
  | 'tenant-not-routed'
  | 'proxy-routing-broken'
  | 'site-error'
  | 'site-unexpected-status'
  | 'direct-unreachable'
  | 'site-indistinguishable';

export const ANSWERS = problems<Code>('tenant', {
  'tenant-not-routed': {
    title: 'The proxy does not know this tenant',
    explanation:
      'The proxy answers this name as it answers names that no tenant owns. It does not know the tenant, or looks for an app of another name. Users get the proxy’s “no such tenant” answer, a 502 or 404, although the app works.',
    toldApartBy:
      'The answer equals the one for a random name, while the app answers directly. Any other bad answer would be a broken route.',
    curedByWaiting: true,
    remedy: ofTenant(notRouted),
  },
  'proxy-routing-broken': {
    title: 'Requests get lost between proxy and app',
    explanation:
      'TLS works and the app answers directly, but requests through the proxy time out, are reset, or end in a 502 to 504. Users wait and then see an error page.',
    toldApartBy:
      'The handshake succeeds, the direct request is fine, and the answer through the proxy differs from the one for a random name.',
    curedByWaiting: true,
    remedy: ofTenant(proxyRouting),
  },
  'site-error': {
    title: 'The site answers with an error of its own',
    explanation:
      'The app itself answers with a server error (5xx) or gives no answer, directly and through the proxy alike. Users see an error page, or wait in vain. Names, certificates and the proxy are fine.',
    toldApartBy: 'The same 5xx status, or no answer, directly and through the proxy.',
    curedByWaiting: true,
    remedy: ofTenant(siteAnswers),
  },
  'site-unexpected-status': {
    title: 'The site answers with an unexpected status',
    explanation:
      'The app answers, but with a status that is not among the expected ones, such as a redirect, a 401 or a 404. Whether users are hurt depends on what it means; directly it answers the same.',
    toldApartBy:
      'The same status below 500 directly and through the proxy, and not one of platform.expectedStatus.',
    curedByWaiting: true,
    remedy: ofTenant(siteAnswers),
  },
  'direct-unreachable': {
    title: 'The app cannot be reached directly',
    explanation:
      'The request to the app’s own address fails while the site through the proxy is fine. Users notice nothing.',
    toldApartBy: 'The site answers as expected through the proxy; only the direct request fails.',
    curedByWaiting: false,
    remedy: ofTenant(directUnreachable),
  },
  'site-indistinguishable': {
    title: 'The site looks like the answer for any name',
    explanation:
      'The site answers as expected, but the same answer is given for names that no tenant owns, so from outside it is not proved that this tenant’s app is behind it. Users may be seeing a placeholder page.',
    toldApartBy:
      'Status and body are the same for the tenant and for a random name, and the status is an expected one.',
    curedByWaiting: false,
    remedy: ofTenant(indistinguishable),
  },
});
