/** Remedies for certificates that are served and that browsers refuse. */
import { homeOf, managementHoldsExact, wildcardHostname } from '../../checks/claims.ts';
import type { RemediationStep } from '../../model/diagnosis.ts';
import { byHand, reads, shell } from '../commands.ts';
import type { RemedyContext } from '../problem.ts';
import { claimsOf, DISPUTES, ONCE, uploaded, wildcardServes, type TenantContext } from './certificates.ts';
import {
  addCertificate,
  listCertificates,
  servedCertificate,
  showCertificate,
  verifyAll,
  verifyTenant,
} from './steps.ts';

export function notYetValid({ platform, tenant }: TenantContext): readonly RemediationStep[] {
  return [
    reads(
      shell`date -u`,
      'Compare with a clock that you trust: a clock that is slow here makes good certificates look too young.',
      'Read the clock of the machine that runs tenantwatch.',
    ),
    servedCertificate(tenant.tenant.hostname, platform, 'notBefore is the moment from which it is valid.'),
    byHand(
      'If the clock is right, the certificate was uploaded too early or made by a machine whose clock is fast: put the former certificate back, or upload one that is valid now.',
      'Fly’s own certificates are never dated ahead.',
    ),
    verifyTenant(tenant.tenant, 'Proves that the certificate is valid now.'),
  ];
}

export function mismatched(context: TenantContext): readonly RemediationStep[] {
  const { platform, tenant, alsoFound } = context;
  const { hostname } = tenant.tenant;
  const home = homeOf(context);
  const covered = wildcardServes(context) || managementHoldsExact(tenant, platform);
  const disputed = alsoFound.some((code) => DISPUTES.includes(code));
  return [
    servedCertificate(hostname, platform, 'Shows for which names the served certificate is good.'),
    claimsOf(hostname, 'Shows which app answers for the name.'),
    listCertificates(home, platform, 'The wildcard or the exact name must be in this list.'),
    ...(covered || disputed
      ? []
      : [
          addCertificate(
            hostname,
            home,
            platform,
            'No certificate of this app covers this name as far as we could see.',
          ),
          showCertificate(hostname, home, platform, `Shows whether it is ready. ${ONCE}`),
        ]),
    verifyTenant(tenant.tenant, 'Proves that the served certificate covers the name.', '5m'),
  ];
}

export function untrusted(context: TenantContext): readonly RemediationStep[] {
  const { platform, tenant } = context;
  const { hostname } = tenant.tenant;
  return [
    servedCertificate(
      hostname,
      platform,
      'The issuer tells a staging certificate, a self-signed one and an intercepting proxy apart.',
    ),
    elsewhere(),
    listCertificates(
      homeOf(context),
      platform,
      'Shows whether the certificate was uploaded or issued by Fly.',
    ),
    uploaded(),
    verifyTenant(tenant.tenant, 'Proves that the chain leads to a trusted root.'),
  ];
}

/** The wildcard certificate is served, and not one that browsers accept. */
export function wildcardServedWrongly({ platform, shared }: RemedyContext): readonly RemediationStep[] {
  const wildcard = wildcardHostname(platform);
  const control = shared.controls[0]?.name ?? `tenantwatch-control.${wildcard.slice(2)}`;
  return [
    servedCertificate(
      control,
      platform,
      'Names, issuer and dates of what a name that no tenant owns is served.',
    ),
    elsewhere(),
    listCertificates(
      platform.managementApp,
      platform,
      'Shows whether the wildcard’s certificate was uploaded or issued by Fly.',
    ),
    claimsOf(wildcard, 'Shows which app answers for the names under the domain.'),
    uploaded(),
    verifyAll('Proves that the certificate served under the domain is valid.', '5m'),
  ];
}

function elsewhere(): RemediationStep {
  return byHand(
    'Repeat the command above from another network. If the issuer differs there, something between here and the platform opens TLS: exempt this machine from it. Nothing is wrong with the site.',
    'An intercepting firewall shows its own certificate for every name.',
  );
}
