/** Who claims which hostname, and what is wrong with it. */
import { commandOf, removeCertificate } from '../diagnosis/remedies/steps.ts';
import type { Claim } from '../model/fly.ts';
import { isAppName, isWithinDomain, normalizeHostname } from '../model/hostname.ts';
import type { Platform } from '../model/platform.ts';
import { tenantOfApp, tenantOfHostname } from '../model/tenant-names.ts';
import { checkCertificateTarget } from './certificate-target.ts';

/** What is wrong with a claim, the worst first. */
export const CLAIM_MARKS = ['conflict', 'foreign', 'duplicate', 'dangling', 'misplaced'] as const;
export type ClaimMark = (typeof CLAIM_MARKS)[number];

/** A claim, and when it was there: a ClaimRecord of history, or what a sweep just found. Milliseconds since the epoch. */
export interface ClaimSighting {
  readonly claim: Claim;
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
  /** The sweep that missed it; null while it is there. */
  readonly goneAt: number | null;
}

export interface ClaimHolder extends ClaimSighting {
  readonly role: 'management' | 'tenant' | 'other';
  /** The tenant that the app belongs to. */
  readonly tenant: string | null;
  readonly marks: readonly { readonly mark: ClaimMark; readonly why: string }[];
  /** What ends a conflict; null where there is none, or no command that is safe to print. */
  readonly command: string | null;
}

export interface HostnameClaims {
  readonly hostname: string;
  readonly holders: readonly ClaimHolder[];
}

export interface ClaimsKnowledge {
  readonly platform: Platform;
  /** Has the app any machine at all? Null: not known. */
  readonly hasMachines: (app: string) => boolean | null;
  /** Is there such a tenant still? Null: not known. */
  readonly tenantExists: (id: string) => boolean | null;
}

/**
 * Every hostname with the apps that hold it, what is wrong first, then by name. What the guard would refuse is marked here: on an app that is not
 * the management app a name of the domain is a `conflict`, and `foreign` where that app is not even the name's own tenant's (it could take the
 * tenant's visitors over). `misplaced` is a custom domain on the other side than configured. Claims that are gone are only listed.
 */
export function claimsMap(
  sightings: readonly ClaimSighting[],
  knowledge: ClaimsKnowledge,
): readonly HostnameClaims[] {
  const byHostname = new Map<string, ClaimSighting[]>();
  for (const sighting of sightings) {
    const hostname = normalizeHostname(sighting.claim.hostname);
    const same = byHostname.get(hostname);
    if (same === undefined) byHostname.set(hostname, [sighting]);
    else same.push(sighting);
  }
  return [...byHostname]
    .map(([hostname, same]): HostnameClaims => {
      const apps = new Set(same.filter(({ goneAt }) => goneAt === null).map(({ claim }) => claim.app));
      const holders = same.map((sighting) => holderOf(sighting, hostname, apps.size, knowledge));
      return {
        hostname,
        holders: holders.toSorted((a, b) => rank(a) - rank(b) || byText(a.claim.app, b.claim.app)),
      };
    })
    .toSorted((a, b) => rankOf(a) - rankOf(b) || byText(a.hostname, b.hostname));
}

/** How many claims have each mark. */
export function countMarks(map: readonly HostnameClaims[]): Readonly<Record<ClaimMark, number>> {
  const counts: Record<ClaimMark, number> = {
    conflict: 0,
    foreign: 0,
    duplicate: 0,
    dangling: 0,
    misplaced: 0,
  };
  for (const { holders } of map)
    for (const { marks } of holders) for (const { mark } of marks) counts[mark] += 1;
  return counts;
}

function holderOf(
  sighting: ClaimSighting,
  hostname: string,
  apps: number,
  knowledge: ClaimsKnowledge,
): ClaimHolder {
  const { platform } = knowledge;
  const { app } = sighting.claim;
  const tenant = tenantOfApp(app, platform);
  const role = app === platform.managementApp ? 'management' : tenant === null ? 'other' : 'tenant';
  const marks = sighting.goneAt === null ? marksOf(hostname, app, tenant, apps, knowledge) : [];
  const conflicts = marks.some(({ mark }) => mark === 'conflict');
  return {
    ...sighting,
    role,
    tenant,
    marks,
    command: conflicts ? commandOf(removeCertificate(hostname, app, platform, '')) : null,
  };
}

function marksOf(
  hostname: string,
  app: string,
  tenant: string | null,
  apps: number,
  { platform, hasMachines, tenantExists }: ClaimsKnowledge,
): ClaimHolder['marks'] {
  const marks: { mark: ClaimMark; why: string }[] = [];
  const owner = tenantOfHostname(hostname, platform);
  const name = isAppName(app) ? app : 'the app';
  if (isWithinDomain(hostname, platform.domain)) {
    if (app !== platform.managementApp) {
      const why = `names of ${platform.domain} belong on ${platform.managementApp} only; here it breaks handshakes, now or soon`;
      marks.push({ mark: 'conflict', why });
      if (owner === null || tenant !== owner)
        marks.push({
          mark: 'foreign',
          why: `${name} has nothing to do with this name and could take its visitors over`,
        });
    }
  } else {
    const { decision, text } = checkCertificateTarget({ hostname, app, platform });
    if (decision === 'refused') marks.push({ mark: 'misplaced', why: text });
  }
  if (apps > 1) marks.push({ mark: 'duplicate', why: `${apps} apps claim this name` });
  if (hasMachines(app) === false)
    marks.push({ mark: 'dangling', why: `${name} has no machine: nobody answers there` });
  if (owner !== null && tenantExists(owner) === false)
    marks.push({ mark: 'dangling', why: `there is no tenant ${owner} any more` });
  return marks;
}

function rank({ marks }: ClaimHolder): number {
  return Math.min(CLAIM_MARKS.length, ...marks.map(({ mark }) => CLAIM_MARKS.indexOf(mark)));
}

function rankOf({ holders }: HostnameClaims): number {
  return Math.min(CLAIM_MARKS.length, ...holders.map(rank));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
