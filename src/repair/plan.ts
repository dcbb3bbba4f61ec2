import { homeOf, managementHoldsExact, otherClaims, tenantClaims } from '../checks/claims.ts';
import type { Diagnosis, RemediationStep, TenantResult } from '../model/diagnosis.ts';
import type { Claim } from '../model/fly.ts';
import { coversHostname, isAppName, isClaimableHostname, normalizeHostname } from '../model/hostname.ts';
import type { Platform } from '../model/platform.ts';
import type { ManagementSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import { isSuspended } from '../model/tenant.ts';

/** One change that `fix` can make. */
export interface RepairStep {
  readonly kind: 'remove-certificate' | 'add-certificate';
  readonly hostname: string;
  readonly app: string;
  /** In bulk certificates are ordered only where the removal did not suffice. */
  readonly when: 'always' | 'if-still-failing';
  readonly why: string;
}

export interface RepairPlan {
  /** What is, as it was seen. */
  readonly is: readonly string[];
  readonly steps: readonly RepairStep[];
  /** What is expected afterwards. */
  readonly expected: string;
}

export type RepairDecision =
  | { readonly decision: 'nothing-to-do'; readonly text: string }
  | { readonly decision: 'plan'; readonly text: string; readonly plan: RepairPlan }
  /** Someone has to do something first that a program with a certificate token cannot. */
  | { readonly decision: 'by-hand'; readonly text: string; readonly steps: readonly RemediationStep[] }
  | {
      readonly decision: 'refused';
      readonly reason: 'not-certain' | 'not-known' | 'another-problem' | 'unsafe-name';
      readonly text: string;
      readonly steps: readonly RemediationStep[];
    };

/** Who claims what at the moment of planning. */
export interface RepairSight extends Pick<TenantSnapshot, 'tenant' | 'certificates' | 'otherClaims'> {
  readonly platform: { readonly management: Pick<ManagementSnapshot, 'certificates'> };
}

export interface RepairRequest {
  /** The verification just made. */
  readonly result: TenantResult;
  readonly sight: RepairSight;
  readonly settings: Platform;
  /** Steps of an earlier repair of this tenant that did not come to its end. */
  readonly unfinished: readonly RepairStep[];
  /** One of many: add only where the removal does not suffice. */
  readonly bulk: boolean;
}

const CLAIM_CODES = ['certificate-on-tenant-app', 'certificate-on-foreign-app'];

/**
 * What `fix` would do about a tenant, or why it does nothing. It moves certificates, as the remedy of the diagnosis does, and only on
 * certain evidence: the certificate list itself, seen twice.
 */
export function planRepair(request: RepairRequest): RepairDecision {
  const { result, sight, settings } = request;
  if (isSuspended(sight.tenant))
    return {
      decision: 'nothing-to-do',
      text: `${sight.tenant.id} is suspended on purpose (labels.suspended): it is not judged, so nothing is changed.`,
    };
  const findings = result.diagnosis === null ? result.alsoFound : [result.diagnosis, ...result.alsoFound];
  const finding = findings.find(({ code }) => CLAIM_CODES.includes(code));
  if (
    sight.certificates.outcome !== 'observed' ||
    sight.platform.management.certificates.outcome !== 'observed'
  )
    return refused('not-known', 'The lists of certificates cannot be read, so nothing is changed.', finding);
  const claims = [...tenantClaims(sight, settings), ...otherClaims(sight, settings)];
  const left = leftOver(request);
  if (claims.length === 0 && left.length === 0) return withoutClaims(result, finding);
  if (claims.length > 0 && finding?.certainty !== 'certain')
    return refused(
      'not-certain',
      'The list of certificates and the verification do not agree about a misplaced certificate; run it again.',
      finding ?? result.diagnosis,
    );
  const override = findings.find(({ code }) => code === 'dns-override');
  if (override !== undefined) return recordFirst(result, override);
  const elsewhere = claims.length > 0 ? perhapsElsewhere(result) : null;
  if (elsewhere !== null) return refused('not-known', elsewhere, finding);
  if (
    !claims.every(({ hostname, app }) => isClaimableHostname(normalizeHostname(hostname)) && isAppName(app))
  )
    return refused(
      'unsafe-name',
      'A misplaced certificate has a name that is not made of letters, digits and hyphens alone: remove it in the Fly dashboard.',
      finding,
    );
  const steps = [...removals(claims, sight, settings), ...additions(request, claims), ...left];
  return {
    decision: 'plan',
    text:
      claims.length === 0
        ? 'An earlier repair was interrupted; this finishes it.'
        : (result.diagnosis?.summary ?? ''),
    plan: {
      is: finding?.evidence ?? [],
      steps,
      expected: `Only ${homeOf({ platform: settings, tenant: sight })} ends TLS for ${result.hostname}, and the verification passes.`,
    },
  };
}

function refused(
  reason: Extract<RepairDecision, { decision: 'refused' }>['reason'],
  text: string,
  finding: Diagnosis | null | undefined,
): RepairDecision {
  return { decision: 'refused', reason, text, steps: finding?.remediation ?? [] };
}

function withoutClaims(result: TenantResult, finding: Diagnosis | undefined): RepairDecision {
  if (finding !== undefined)
    return {
      decision: 'nothing-to-do',
      text: 'The misplaced certificate is gone in the meantime; verify again.',
    };
  const { verdict, diagnosis, explainedBy } = result;
  if (verdict === 'pass' || verdict === 'warn' || verdict === 'skipped')
    return {
      decision: 'nothing-to-do',
      text: 'No certificate is misplaced, and the verification does not fail.',
    };
  if (verdict === 'unknown')
    return refused('not-known', 'The verification could not tell, so nothing is changed.', diagnosis);
  const what = diagnosis?.code ?? explainedBy?.code ?? 'a failure without a diagnosis';
  return refused(
    'another-problem',
    `The problem is ${what}, which moving certificates does not cure.`,
    diagnosis,
  );
}

/** With a record of its own the name works where it leads: taking the certificate away first would be an outage. */
function recordFirst(result: TenantResult, override: Diagnosis): RepairDecision {
  const root = result.diagnosis ?? override;
  const manual = root.remediation.findIndex((step) => step.kind === 'manual');
  const steps = manual === -1 ? override.remediation : root.remediation;
  return {
    decision: 'by-hand',
    text: `${result.hostname} has a DNS record that leads elsewhere. It comes first, and its TTL has to pass; then run this again for the certificate.`,
    steps,
  };
}

/** Where the name leads to the app that holds the certificate, or may, taking it away would be an outage; null where it does not. */
function perhapsElsewhere({ checks, hostname }: TenantResult): string | null {
  const dns = checks.find(({ id }) => id === 'dns-wildcard');
  if (dns?.reason === 'cached-answer' || dns?.reason === 'resolvers-disagree')
    return `Some visitors are still led elsewhere by ${hostname}, and the certificate may serve them there: wait for the TTL of the record that was changed, then run this again.`;
  return dns?.verdict === 'unknown' || dns?.reason === 'lookup-failing'
    ? `Where ${hostname} leads could not be looked up, and the certificate may serve visitors there, so nothing is changed.`
    : null;
}

function removals(claims: readonly Claim[], sight: RepairSight, settings: Platform): readonly RepairStep[] {
  const home = homeOf({ platform: settings, tenant: sight });
  const steps = claims.map(({ hostname, app, source }): RepairStep => {
    const imported = source === 'custom' ? ' It was imported: only who has its key can put it back.' : '';
    return {
      kind: 'remove-certificate',
      hostname: normalizeHostname(hostname),
      app,
      when: 'always',
      why: `${app} must not answer for it; ${home} ends TLS for this name.${imported}`,
    };
  });
  return [...new Map(steps.map((step) => [`${step.app} ${step.hostname}`, step])).values()];
}

/** As the remedy says: the exact certificate where it belongs, unless it is there. */
function additions(request: RepairRequest, claims: readonly Claim[]): readonly RepairStep[] {
  const { sight, settings, bulk } = request;
  const { hostname } = sight.tenant;
  const home = homeOf({ platform: settings, tenant: sight });
  if (!claims.some((claim) => coversHostname(claim.hostname, hostname)) || isHeld(request)) return [];
  return [
    {
      kind: 'add-certificate',
      hostname,
      app: home,
      when: bulk ? 'if-still-failing' : 'always',
      why: bulk
        ? 'Only where the verification still fails: Let’s Encrypt limits certificates per domain and week.'
        : `${home} gets a certificate of its own for it, as the remedy says.`,
    },
  ];
}

function isHeld({ sight, settings }: RepairRequest): boolean {
  return (
    homeOf({ platform: settings, tenant: sight }) === settings.managementApp &&
    managementHoldsExact(sight, settings)
  );
}

/** An addition that was planned and not made; a removal that was not made still stands in the list. */
function leftOver(request: RepairRequest): readonly RepairStep[] {
  const { unfinished, sight, settings, result } = request;
  const home = homeOf({ platform: settings, tenant: sight });
  const again = tenantClaims(sight, settings).length + otherClaims(sight, settings).length > 0;
  if (again || isHeld(request)) return [];
  return unfinished.filter(
    (step) =>
      step.kind === 'add-certificate' &&
      step.app === home &&
      step.hostname === normalizeHostname(result.hostname) &&
      (step.when === 'always' || result.verdict === 'fail'),
  );
}
