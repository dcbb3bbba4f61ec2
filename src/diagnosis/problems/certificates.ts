/** Certificates that are on their way, and certificates that are served and wrong. */
import { ofTenant, problems } from '../problem.ts';
import { awaitingConfiguration, awaitingIssuance, renew } from '../remedies/certificates.ts';
import { mismatched, notYetValid, untrusted } from '../remedies/served-certificates.ts';

type Code =
  | 'certificate-awaiting-configuration'
  | 'certificate-awaiting-issuance'
  | `served-certificate-${'expired' | 'not-yet-valid' | 'expiring' | 'mismatched' | 'untrusted'}`;

export const CERTIFICATES = problems<Code>('tenant', {
  'certificate-awaiting-configuration': {
    title: 'The certificate waits for configuration',
    explanation:
      'The management app has no valid certificate for exactly this hostname: Fly cannot validate the entry, because the name does not lead there or another app claims it, the entry has expired, or there is none although the wildcard does not cover the name. Where no wildcard certificate serves the name, users see an SSL error; where one does, nobody notices yet.',
    toldApartBy:
      'The management app’s entry for the exact name says “Awaiting configuration” or pending validation or ownership, or has expired; or no entry covers the name.',
    curedByWaiting: false,
    remedy: ofTenant(awaitingConfiguration),
  },
  'certificate-awaiting-issuance': {
    title: 'The certificate is being issued',
    explanation:
      'The certificate for exactly this hostname is ordered and validated, and the certificate authority has not issued it yet; 30 to 60 seconds are usual. Until then users see an SSL error unless a wildcard certificate serves the name.',
    toldApartBy:
      'The management app’s entry for the exact name says “Awaiting certificates”: validated, not issued.',
    curedByWaiting: true,
    remedy: ofTenant(awaitingIssuance),
  },
  'served-certificate-expired': {
    title: 'The site serves an expired certificate',
    explanation:
      'The certificate that the edge serves for this site is past its end. Browsers warn users that the site is not safe; programs and API clients refuse to connect.',
    toldApartBy:
      'The end date of the certificate that was served in the handshake; its name and its chain are judged separately.',
    curedByWaiting: false,
    remedy: ofTenant(renew),
  },
  'served-certificate-not-yet-valid': {
    title: 'The site serves a certificate that is not valid yet',
    explanation:
      'The certificate that is served begins in the future. Browsers warn users that the site is not safe, or ask them to set their clock.',
    toldApartBy:
      'The start date of the served certificate against our clock, which Date headers of several servers confirm.',
    curedByWaiting: false,
    remedy: ofTenant(notYetValid),
  },
  'served-certificate-expiring': {
    title: 'The served certificate expires soon',
    explanation:
      'The certificate of this site has not been renewed in time. Users notice nothing until it ends; then they see a certificate error.',
    toldApartBy: 'The served certificate is valid, with fewer days left than the configured limit.',
    curedByWaiting: false,
    remedy: ofTenant(renew),
  },
  'served-certificate-mismatched': {
    title: 'The served certificate is for other names',
    explanation:
      'The certificate that is served does not cover this hostname. Browsers warn users that they may be talking to somebody else; programs refuse to connect.',
    toldApartBy: 'The names of the served certificate; its dates and its chain are judged separately.',
    curedByWaiting: false,
    remedy: ofTenant(mismatched),
  },
  'served-certificate-untrusted': {
    title: 'The served certificate is not trusted',
    explanation:
      'The chain of the certificate that is served does not lead to a trusted root: self-signed, from a staging authority, or without its intermediate. Browsers warn users; programs refuse to connect.',
    toldApartBy:
      'The chain as it was served, judged apart from names and dates, against the public roots and the configured ones.',
    curedByWaiting: false,
    remedy: ofTenant(untrusted),
  },
});
