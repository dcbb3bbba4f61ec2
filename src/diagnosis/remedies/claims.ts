/** Remedies for a hostname that the wrong app claims. */
import {
  foreignWildcardClaims,
  homeOf,
  isCustomDomain,
  managementHoldsExact,
  otherClaims,
  tenantClaims,
  wildcardHostname,
} from '../../checks/claims.ts';
import type { RemediationStep } from '../../model/diagnosis.ts';
import type { Claim } from '../../model/fly.ts';
import { coversHostname, normalizeHostname } from '../../model/hostname.ts';
import { factsOf } from '../../model/observation.ts';
import type { TenantSnapshot } from '../../model/snapshot.ts';
import { app, byHand, claimed, prose } from '../commands.ts';
import type { RemedyContext } from '../problem.ts';
import { removeOverride } from './names.ts';
import {
  addCertificate,
  listCertificates,
  removeCertificate,
  showCertificate,
  verifyAll,
  verifyTenant,
} from './steps.ts';

type TenantContext = RemedyContext & { readonly tenant: TenantSnapshot };

/** Nobody reads more than this; the rest is found again by the verification at the end. */
const MAX_REMOVALS = 10;

/** The certificate is taken off the tenant's app. With a DNS record of its own the record goes first: the other order is an outage. */
export function claimOnTenantApp(context: TenantContext): readonly RemediationStep[] {
  return [
    ...overrideFirst(context),
    ...moveCertificate(context, tenantClaims(context.tenant, context.platform)),
  ];
}

export function claimOnForeignApp(context: TenantContext): readonly RemediationStep[] {
  const claims = otherClaims(context.tenant, context.platform);
  const culprits = [...new Set(claims.map((claim) => claim.app))].slice(0, MAX_REMOVALS);
  return [
    ...culprits.map((culprit) =>
      listCertificates(
        culprit,
        context.platform,
        'Shows the claim and since when; keep the output, whoever holds this certificate could answer for the tenant.',
      ),
    ),
    ...overrideFirst(context),
    ...moveCertificate(context, claims),
  ];
}

/** A record of the name's own; whatever claims the name besides is moved after the record is forgotten, never before. */
export function dnsOverride(context: TenantContext): readonly RemediationStep[] {
  const { tenant, platform } = context;
  const claims = [...tenantClaims(tenant, platform), ...otherClaims(tenant, platform)];
  return [
    ...removeOverride(context),
    ...(claims.length > 0
      ? moveCertificate(context, claims)
      : [
          verifyTenant(
            tenant.tenant,
            isCustomDomain(tenant.tenant.hostname, platform)
              ? 'Proves that the domain leads to the site and the site answers.'
              : 'Proves that the name follows the wildcard and the site answers.',
            '5m',
          ),
        ]),
  ];
}

/** The certificate part of a remedy: remove, add where it belongs, show once, verify. */
export function moveCertificate(
  context: TenantContext,
  claims: readonly Claim[],
): readonly RemediationStep[] {
  const { platform, tenant } = context;
  const { hostname } = tenant.tenant;
  const home = homeOf(context);
  const removals = distinct(claims).map((claim) =>
    removeCertificate(
      claim.hostname,
      claim.app,
      platform,
      prose`Takes ${claimed(claim.hostname)} off the app that must not answer for it, so that ${app(home, 'its own app')} alone ends TLS for it.`,
    ),
  );
  const serves = claims.some((claim) => coversHostname(claim.hostname, hostname));
  const held = home === platform.managementApp && managementHoldsExact(tenant, platform);
  if (context.storm)
    return [...removals, verifyTenant(tenant.tenant, STILL_FAILING), addLater(context, home)];
  return [
    ...removals,
    ...(serves && !held
      ? [
          addCertificate(
            hostname,
            home,
            platform,
            'Puts the certificate on the app that ends TLS for this name.',
          ),
        ]
      : []),
    ...(serves
      ? [
          showCertificate(
            hostname,
            home,
            platform,
            'Shows whether it is ready. It also validates again at Fly, so run it once and do not poll with it.',
          ),
        ]
      : []),
    verifyTenant(tenant.tenant, 'Proves that the site answers again; it only reads.'),
  ];
}

const STILL_FAILING =
  'Most sites recover from the removal alone, because the wildcard certificate covers them.';

function addLater({ platform, tenant }: TenantContext, home: string): RemediationStep {
  const add = addCertificate(tenant.tenant.hostname, home, platform, '');
  const how = add.kind === 'command' ? add.command : 'add the certificate to the app that ends TLS';
  return byHand(
    `Only if the verification still fails: ${how}`,
    'Let’s Encrypt limits certificates per domain and week; adding one for every tenant in a storm can use the limit up for all.',
  );
}

function overrideFirst(context: TenantContext): readonly RemediationStep[] {
  if (context.alsoFound.includes('dns-override')) return removeOverride(context);
  const { handshakes } = context.tenant;
  const works = handshakes.length > 0 && handshakes.every(({ result }) => result.outcome === 'observed');
  // The record is gone, and not yet everywhere.
  return works && context.alsoFound.includes('dns-propagating')
    ? [
        byHand(
          'Wait until every resolver leads to the management app, as the lookups of dns-propagating show, before the next step.',
          'Whoever is still led to where the name pointed before is served by this certificate.',
        ),
      ]
    : [];
}

/** Each claim once, in the one spelling that Fly's commands take. */
function distinct(claims: readonly Claim[]): readonly Claim[] {
  const spelled = claims.map((claim) => ({ ...claim, hostname: normalizeHostname(claim.hostname) }));
  return [...new Map(spelled.map((claim) => [`${claim.app} ${claim.hostname}`, claim])).values()].slice(
    0,
    MAX_REMOVALS,
  );
}

/** The wildcard is claimed by an app that is not the proxy: everybody's names go there. */
export function wildcardClaimedElsewhere({ platform, shared }: RemedyContext): readonly RemediationStep[] {
  const claims = distinct(foreignWildcardClaims(shared, platform));
  const wildcard = wildcardHostname(platform);
  const held =
    factsOf(shared.management.certificates)?.some(
      (claim) => normalizeHostname(claim.hostname) === wildcard,
    ) === true;
  return [
    listCertificates(
      platform.managementApp,
      platform,
      held
        ? 'Confirms that the management app holds the wildcard certificate, so that removing the other claim leaves one owner.'
        : 'Shows whether the management app holds the wildcard certificate; if not, it is added below.',
    ),
    ...claims.map((claim) =>
      removeCertificate(
        claim.hostname,
        claim.app,
        platform,
        'Gives the wildcard back to the management app.',
      ),
    ),
    ...(held
      ? []
      : [
          addCertificate(
            wildcard,
            platform.managementApp,
            platform,
            'The management app does not hold the wildcard certificate as far as we could see; if it does, this changes nothing.',
          ),
        ]),
    showCertificate(
      wildcard,
      platform.managementApp,
      platform,
      'Shows whether it is ready, and the DNS record that a wildcard needs for its validation. Run it once.',
    ),
    verifyAll('Proves that every tenant answers again; it only reads.'),
  ];
}
