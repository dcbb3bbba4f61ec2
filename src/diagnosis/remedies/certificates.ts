/** Remedies for certificates that are on their way, run out, or are missing. */
import {
  homeOf,
  isCustomDomain,
  isServing,
  managementHoldsExact,
  wildcardHostname,
} from '../../checks/claims.ts';
import type { RemediationStep } from '../../model/diagnosis.ts';
import type { Claim } from '../../model/fly.ts';
import { coversHostname, normalizeHostname } from '../../model/hostname.ts';
import { factsOf } from '../../model/observation.ts';
import type { ProblemCode } from '../../model/problem.ts';
import type { TenantSnapshot } from '../../model/snapshot.ts';
import { byHand, claimed, host, prose, reads, shell } from '../commands.ts';
import type { RemedyContext } from '../problem.ts';
import {
  addCertificate,
  listCertificates,
  removeCertificate,
  servedCertificate,
  showCertificate,
  verifyAll,
  verifyTenant,
} from './steps.ts';

export type TenantContext = RemedyContext & { readonly tenant: TenantSnapshot };

export const ONCE =
  'Run it once: it validates again at Fly, and failed validations are limited per host and hour.';

export function awaitingConfiguration(context: TenantContext): readonly RemediationStep[] {
  const { platform, tenant } = context;
  const { hostname } = tenant.tenant;
  return [
    claimsOf(hostname, 'Shows every app that claims the name: a second claim keeps the first one waiting.'),
    lookUp(hostname, 'Must lead to the management app, as the names of other tenants do.'),
    ...(wildcardServes(context)
      ? [
          removeCertificate(
            hostname,
            platform.managementApp,
            platform,
            'The wildcard certificate is ready and serves this name; the exact certificate is not needed, and an exact one that is never issued can win over the wildcard.',
          ),
        ]
      : [
          ...(isNowhere(context)
            ? [
                addCertificate(
                  hostname,
                  platform.managementApp,
                  platform,
                  'The wildcard does not cover this name, and the management app has no certificate for it.',
                ),
              ]
            : []),
          showCertificate(
            hostname,
            platform.managementApp,
            platform,
            `Asks Fly to validate now and shows what is missing. ${ONCE}${isUnderWildcard(context) ? ' Do not add A, AAAA or _acme-challenge records for this name, even where Fly’s text asks for them: they switch the wildcard off for it.' : ''}`,
          ),
        ]),
    verifyTenant(tenant.tenant, 'Proves that the site answers with a valid certificate.', '5m'),
  ];
}

/** Neither the wildcard's name nor an entry of its own; while others claim the name, their own remedy comes first and adds it. */
function isNowhere(context: TenantContext): boolean {
  const { platform, tenant, alsoFound } = context;
  return (
    !isUnderWildcard(context) &&
    factsOf(tenant.platform.management.certificates) !== undefined &&
    !managementHoldsExact(tenant, platform) &&
    !alsoFound.some((code) => DISPUTES.includes(code))
  );
}

function isUnderWildcard({ platform, tenant }: TenantContext): boolean {
  return coversHostname(wildcardHostname(platform), tenant.tenant.hostname);
}

/** While one of these stands, another certificate only adds to the conflict: its own remedy comes first. */
export const DISPUTES: readonly ProblemCode[] = [
  'certificate-on-tenant-app',
  'certificate-on-foreign-app',
  'dns-override',
];

export function awaitingIssuance(context: TenantContext): readonly RemediationStep[] {
  const { platform, tenant } = context;
  const { hostname } = tenant.tenant;
  return [
    verifyTenant(
      tenant.tenant,
      'Issuance takes 30 to 60 seconds as a rule; this waits for it and changes nothing.',
      '5m',
    ),
    authorities(platform.domain),
    showCertificate(
      hostname,
      platform.managementApp,
      platform,
      `Only if it still waits: shows validation errors and rate limits. ${ONCE}`,
    ),
  ];
}

/** Served, and expired or about to: the renewal does not work. */
export function renew(context: TenantContext): readonly RemediationStep[] {
  const { platform, tenant } = context;
  const { hostname } = tenant.tenant;
  const exact = managementHoldsExact(tenant, platform);
  const name = exact || isCustomDomain(hostname, platform) ? hostname : wildcardHostname(platform);
  return [
    servedCertificate(hostname, platform, 'Shows names, issuer and dates of what is served.'),
    claimsOf(hostname, 'Shows which app holds the certificate that is served.'),
    ...(name === hostname ? [] : [validationRecord(name.slice(2))]),
    showCertificate(
      name,
      homeOf(context),
      platform,
      `Asks Fly to validate, which starts the renewal, and shows what stops it. ${ONCE}`,
    ),
    uploaded(),
    verifyTenant(tenant.tenant, 'Proves that a certificate with new dates is served.', '5m'),
  ];
}

/** The wildcard certificate of the management app is absent, expired or about to. */
export function wildcardCertificate({ platform, shared }: RemedyContext): readonly RemediationStep[] {
  const wildcard = wildcardHostname(platform);
  const certificates = factsOf(shared.management.certificates);
  const held = certificates?.find((claim) => normalizeHostname(claim.hostname) === wildcard);
  return [
    listCertificates(
      platform.managementApp,
      platform,
      'Shows the wildcard’s entry and its status, if there is one.',
    ),
    validationRecord(wildcard.slice(2)),
    ...(held === undefined
      ? [
          addCertificate(
            wildcard,
            platform.managementApp,
            platform,
            'Every tenant is served with this one certificate.',
          ),
        ]
      : []),
    showCertificate(
      wildcard,
      platform.managementApp,
      platform,
      `Starts validation and prints the CNAME that _acme-challenge of the domain needs. ${ONCE}`,
    ),
    byHand(
      prose`If the CNAME at _acme-challenge.${host(wildcard.slice(2), 'the domain')} is missing or differs from what the step above prints, set it. This one record is safe: it lies beside the tenants’ names, not at or below one.`,
      'A wildcard certificate is validated over DNS only.',
    ),
    ...(held?.source === 'custom' ? [uploaded()] : []),
    verifyAll('Proves that the wildcard certificate is served and valid.', '5m'),
  ];
}

export function wildcardServes({ platform, tenant }: TenantContext): boolean {
  const certificates: readonly Claim[] = factsOf(tenant.platform.management.certificates) ?? [];
  return (
    certificates.some(
      (claim) =>
        claim.hostname.startsWith('*.') &&
        isServing(claim, tenant.takenAt) &&
        coversHostname(claim.hostname, tenant.tenant.hostname),
    ) && platform.managementApp !== tenant.tenant.app
  );
}

export function claimsOf(hostname: string, why: string): RemediationStep {
  return reads(
    shell`tenantwatch claims ${claimed(hostname)}`,
    why,
    'List the claims of the hostname with tenantwatch.',
  );
}

function lookUp(hostname: string, why: string): RemediationStep {
  return reads(
    shell`dig +noall +answer ${host(hostname)} A ${host(hostname)} AAAA`,
    why,
    'Look up the hostname.',
  );
}

function validationRecord(domain: string): RemediationStep {
  return reads(
    shell`dig +noall +answer _acme-challenge.${host(domain, 'the domain')} CNAME`,
    'The wildcard is validated through this record; it must be there for each renewal.',
    'Look up the validation record of the domain.',
  );
}

function authorities(domain: string): RemediationStep {
  return reads(
    shell`dig +noall +answer ${host(domain, 'the domain')} CAA`,
    'If CAA records exist, one must allow letsencrypt.org.',
    'Look up the CAA records of the domain.',
  );
}

export function uploaded(): RemediationStep {
  return byHand(
    'If the certificate was uploaded (source custom), upload its successor with the full chain to the app that holds it: Fly does not renew what it did not issue.',
    'Only certificates that Fly ordered are renewed by themselves.',
  );
}
