/** A hostname that the wrong app claims: what the product grew out of. */
import { ofTenant, problems } from '../problem.ts';
import { claimOnForeignApp, claimOnTenantApp } from '../remedies/claims.ts';

export const CLAIMS = problems<'certificate-on-tenant-app' | 'certificate-on-foreign-app'>('tenant', {
  'certificate-on-tenant-app': {
    title: 'A certificate on the tenant’s app conflicts with the wildcard',
    explanation:
      'A certificate for a name of the platform’s domain was added to the tenant’s own app. The management app ends TLS for these names; with a second claim Fly’s edge does not know which app to give the connection to, and drops it during the handshake (“unexpected eof”). Users see an SSL or connection error while the app itself is healthy.',
    latentExplanation:
      'A certificate for a name of the platform’s domain was added to the tenant’s own app. The management app ends TLS for these names; with a second claim Fly’s edge does not know which app to give the connection to. Users notice nothing yet: handshakes still succeed, and may begin to fail at any moment, at the latest when the edge takes the claim into account.',
    toldApartBy:
      'The tenant’s app has the name, something below the domain, or the wildcard in its certificate list. Names that no tenant owns and the direct address of the app still work. An EOF alone proves nothing: the list does.',
    curedByWaiting: false,
    remedy: ofTenant(claimOnTenantApp),
  },
  'certificate-on-foreign-app': {
    title: 'Another app claims this tenant’s hostname',
    explanation:
      'An app that is neither the tenant’s nor the management app holds a certificate entry for this hostname. The handshake breaks for users as in any conflict; worse, if that entry is issued, the other app can answer in this tenant’s name.',
    latentExplanation:
      'An app that is neither the tenant’s nor the management app holds a certificate entry for this hostname. Users notice nothing yet. Handshakes may begin to fail at any moment; worse, if that entry is issued, the other app can answer in this tenant’s name.',
    toldApartBy:
      'The inventory of the whole organization shows the hostname on a third app, which the diagnosis names. The tenant’s own app claims nothing.',
    curedByWaiting: false,
    remedy: ofTenant(claimOnForeignApp),
  },
});
