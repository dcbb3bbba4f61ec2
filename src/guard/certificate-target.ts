/** Would adding a certificate for this hostname to this app conflict? A decision without I/O, before anything is added. */
import { addCertificate, commandOf, removeCertificate } from '../diagnosis/remedies/steps.ts';
import type { Claim } from '../model/fly.ts';
import {
  coversHostname,
  isAppName,
  isClaimableHostname,
  isWithinDomain,
  normalizeHostname,
} from '../model/hostname.ts';
import type { Platform } from '../model/platform.ts';
import { tenantOfApp } from '../model/tenant-names.ts';

/** What the rule of placement needs to know of the platform; the names are those of the configuration. */
export type PlacementRules = Pick<
  Platform,
  'domain' | 'managementApp' | 'tenantApp' | 'tenantIdPattern' | 'customDomainsOn' | 'dialect'
>;

type Holding = Pick<Claim, 'hostname' | 'app'>;

export interface CertificateTarget {
  readonly hostname: string;
  readonly app: string;
  /**
   * Claims of the organization's apps, or at least those of this hostname. Absent: only the rule of placement is asked.
   * Null: they were to be looked at and could not be, so that the answer is at best `unknown`.
   */
  readonly claims?: readonly Holding[] | null;
  readonly platform: PlacementRules;
}

/** The closed set of reasons. */
export type TargetReason =
  // allowed
  | 'management-app'
  | 'custom-domain'
  | 'unrelated'
  | 'already-there'
  // refused
  | 'tenant-app'
  | 'other-app'
  | 'custom-domain-belongs-on-management'
  | 'custom-domain-belongs-on-tenant'
  | 'claimed-elsewhere'
  // unknown
  | 'claims-unknown'
  // wrong usage: the question itself cannot be asked
  | 'invalid-hostname'
  | 'invalid-app';

export interface TargetDecision {
  /** Wrong usage counts as refused: whoever looks at the decision alone must not go on. */
  readonly decision: 'allowed' | 'refused' | 'unknown';
  readonly reason: TargetReason;
  /** One sentence for people. Contains strictly valid names only. */
  readonly text: string;
  /** What to run instead, or first; null where nothing is to be run. */
  readonly command: string | null;
}

/**
 * A hostname of the platform's domain, its wildcard included, belongs on the management app only; one that another app
 * claims is refused anywhere; custom domains belong where the platform's settings say.
 */
export function checkCertificateTarget(target: CertificateTarget): TargetDecision {
  const { platform } = target;
  const hostname = normalizeHostname(target.hostname);
  const app = target.app.trim();
  if (!isClaimableHostname(hostname)) {
    return refused(
      'invalid-hostname',
      'This is no hostname that a certificate can be requested for: letters, digits, hyphens and dots, at most one leading “*.”.',
    );
  }
  if (!isAppName(app)) {
    return refused(
      'invalid-app',
      'This is no app name: lower-case letters, digits and hyphens, not beginning with a hyphen.',
    );
  }
  const misplaced = placement(hostname, app, platform);
  if (misplaced !== null) return misplaced;
  return claimed(hostname, app, target.claims, platform);
}

/** Exit code of a decision on the command line: 0 allowed, 1 refused, 2 wrong usage, 3 could not tell. */
export function targetExitCode({ decision, reason }: TargetDecision): 0 | 1 | 2 | 3 {
  if (reason === 'invalid-hostname' || reason === 'invalid-app') return 2;
  if (decision === 'unknown') return 3;
  return decision === 'allowed' ? 0 : 1;
}

/** Is the app the wrong one for the name? Null when it is not. */
function placement(hostname: string, app: string, platform: PlacementRules): TargetDecision | null {
  if (app === platform.managementApp) {
    const custom = !isWithinDomain(hostname, platform.domain);
    return custom && platform.customDomainsOn === 'tenant'
      ? refused(
          'custom-domain-belongs-on-tenant',
          `${hostname} lies outside ${platform.domain}; custom domains belong on the tenant’s own app here (platform.customDomainsOn).`,
        )
      : null;
  }
  const isTenant = tenantOfApp(app, platform) !== null;
  const instead = commandOf(addCertificate(hostname, platform.managementApp, platform, ''));
  if (isWithinDomain(hostname, platform.domain)) {
    const whose = isTenant ? `${app} is a tenant’s app` : `${app} is not the management app`;
    return refused(
      isTenant ? 'tenant-app' : 'other-app',
      `${whose}: a certificate for ${hostname} there conflicts with ${platform.managementApp}, which ends TLS for ${platform.domain}, and handshakes break.`,
      instead,
    );
  }
  return isTenant && platform.customDomainsOn === 'management'
    ? refused(
        'custom-domain-belongs-on-management',
        `Custom domains belong on ${platform.managementApp} here (platform.customDomainsOn), not on ${app}.`,
        instead,
      )
    : null;
}

function claimed(
  hostname: string,
  app: string,
  claims: readonly Holding[] | null | undefined,
  platform: PlacementRules,
): TargetDecision {
  if (claims === null) {
    return {
      decision: 'unknown',
      reason: 'claims-unknown',
      text: `${app} is the right app for ${hostname}, but whether another app claims it could not be looked at.`,
      command: null,
    };
  }
  const held = (claims ?? []).filter((claim) => coversHostname(claim.hostname, hostname));
  const other = held.find((claim) => claim.app !== app && conflicts(claim, hostname, platform));
  if (other !== undefined) {
    const culprit = isAppName(other.app) ? other.app : 'an app whose name cannot be printed';
    return refused(
      'claimed-elsewhere',
      `${culprit} claims ${normalizeHostname(other.hostname)} already: two apps with a certificate for one name break its handshakes. Remove that one first.`,
      commandOf(removeCertificate(normalizeHostname(other.hostname), other.app, platform, '')),
    );
  }
  if (held.some((claim) => claim.app === app && normalizeHostname(claim.hostname) === hostname)) {
    return allowed(
      'already-there',
      `${app} holds a certificate for ${hostname} already; adding it again changes nothing.`,
    );
  }
  const unseen = claims === undefined ? ' Claims of other apps were not looked at.' : '';
  if (isWithinDomain(hostname, platform.domain)) {
    return allowed(
      'management-app',
      `${hostname} belongs on ${app}, which ends TLS for ${platform.domain}.${unseen}`,
    );
  }
  const ours = app === platform.managementApp || tenantOfApp(app, platform) !== null;
  return ours
    ? allowed('custom-domain', `${hostname} is a custom domain, and ${app} is where it belongs.${unseen}`)
    : allowed('unrelated', `Neither ${hostname} nor ${app} is part of the platform.${unseen}`);
}

/** The management app's wildcard beside an exact name on the app where that belongs is how it is meant to be. */
function conflicts(claim: Holding, hostname: string, platform: PlacementRules): boolean {
  return normalizeHostname(claim.hostname) === hostname || claim.app !== platform.managementApp;
}

function refused(reason: TargetReason, text: string, command: string | null = null): TargetDecision {
  return { decision: 'refused', reason, text, command };
}

function allowed(reason: TargetReason, text: string): TargetDecision {
  return { decision: 'allowed', reason, text, command: null };
}
