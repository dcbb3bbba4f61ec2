/** Names that resolve otherwise than the wildcard says. */
import { ofTenant, problems } from '../problem.ts';
import { dnsOverride } from '../remedies/claims.ts';
import { dnsLookupFailing, dnsNxdomain, dnsPropagating, dnsWildcardShadowed } from '../remedies/names.ts';

export const NAMES =
  problems<`dns-${'override' | 'propagating' | 'wildcard-shadowed' | 'nxdomain' | 'lookup-failing'}`>(
    'tenant',
    {
      'dns-override': {
        title: 'The tenant’s name has a DNS record of its own',
        explanation:
          'A record for exactly this name takes precedence over the wildcard and leads somewhere else than the management app. Users reach whatever stands there: an error, an old server, or the app past the proxy. Of a custom domain it means that its records lead elsewhere than they should.',
        toldApartBy:
          'The zone’s own name servers answer this name otherwise than a random name (certain); where they cannot be asked, all resolvers agree on such an answer (likely). If the zone is right and only resolvers differ, it is propagating.',
        curedByWaiting: false,
        remedy: ofTenant(dnsOverride),
      },
      'dns-propagating': {
        title: 'A DNS change is still spreading',
        explanation:
          'The zone is right, but some resolvers still hand out an older answer from their cache. Users behind these resolvers reach the former place until the answer expires.',
        toldApartBy:
          'Resolvers disagree with one another or with the zone’s own servers, and the zone’s own answer equals the wildcard’s; or the zone’s own servers disagree among themselves.',
        curedByWaiting: true,
        remedy: ofTenant(dnsPropagating),
      },
      'dns-wildcard-shadowed': {
        title: 'A DNS record switches the wildcard off for this name',
        explanation:
          'Something exists at or below this name in the zone, often a leftover _acme-challenge record. By the rules of DNS a wildcard does not answer for a name that exists, so the name has no address: users get “server not found”. If only one address family is missing, the name has a record of the other family, and users with only that family are cut off. A custom domain, which no wildcard covers, has lost its address records.',
        toldApartBy:
          'The answer is empty without an error (NODATA), while random names resolve. With NXDOMAIN the name would not exist at all; with another address it would be an override.',
        curedByWaiting: false,
        remedy: ofTenant(dnsWildcardShadowed),
      },
      'dns-nxdomain': {
        title: 'A DNS server says the name does not exist',
        explanation:
          'The name is answered with NXDOMAIN although the wildcard covers it: a remembered negative answer, a filter, or a DNS server that does not follow the standard. A custom domain, which no wildcard covers, was deleted or has run out. Users behind it get “server not found”.',
        toldApartBy:
          'NXDOMAIN for this name while random names under the same wildcard resolve at the same time.',
        curedByWaiting: true,
        remedy: ofTenant(dnsNxdomain),
      },
      'dns-lookup-failing': {
        title: 'The name cannot be looked up',
        explanation:
          'Every resolver fails for this name (SERVFAIL, REFUSED or no answer), and the same resolvers answer for random names under the wildcard. Something about the name itself defeats the lookup: a delegation to name servers that do not answer, a signature that does not validate (DNSSEC), an alias to a broken zone. Users get “server not found”.',
        toldApartBy:
          'At least two servers fail for the name and answer for random names in the same run; failing for both would be the resolvers. Certain where the zone’s own servers fail as well, or hand the name over to others.',
        curedByWaiting: true,
        remedy: ofTenant(dnsLookupFailing),
      },
    },
  );
