/** Handshakes that fail although no claim explains it. */
import { ofTenant, problems } from '../problem.ts';
import { edgePartialOutage, handshakeRefused } from '../remedies/edge.ts';

export const EDGE = problems<'edge-partial-outage' | 'handshake-refused'>('tenant', {
  'edge-partial-outage': {
    title: 'Some of the edge fails',
    explanation:
      'Handshakes fail at some of the addresses, or some of several fresh attempts do, and others succeed. Some users see an SSL or connection error, for others the site works, and a reload may help.',
    toldApartBy:
      'At least one fresh handshake with this name succeeds and at least one fails; no app but the right one claims the name.',
    curedByWaiting: true,
    remedy: ofTenant(edgePartialOutage),
  },
  'handshake-refused': {
    title: 'The handshake is refused, and the cause is not known',
    explanation:
      'TLS handshakes with this name fail while other names work. Users see an SSL or connection error. It looks like a certificate conflict, but no claim was found or the certificate lists could not be read, so that cannot be said.',
    toldApartBy:
      'Every handshake with this name fails, those with names that no tenant owns succeed, and no certificate list explains it.',
    curedByWaiting: true,
    remedy: ofTenant(handshakeRefused),
  },
});
