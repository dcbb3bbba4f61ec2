import type { Case } from '../forensics/case.ts';
import { bornAt, chooseClaim, isMisplaced } from '../forensics/misplaced.ts';
import { BEFORE_RELEASE_MS, originOf, type Origin } from '../forensics/origin.ts';
import type { ClaimRecord } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';
import type { Platform } from '../model/platform.ts';
import type { Tenant } from '../model/tenant.ts';
import { DAY_MS } from '../model/time.ts';
import type { Store } from '../store/index.ts';

/** Bounds: what is further away explains nothing, and nobody reads more. */
const RECORDS = 2_000;
export const RELEASES = 50;
export const RELEASES_BACK_MS = 30 * DAY_MS;

/** What history has of the tenant's claims, and of everybody's, for the company that a certificate came in. Throws StoreError. */
export function keptClaims({ claims }: Pick<Store, 'claims'>, tenant: Tenant): readonly ClaimRecord[] {
  const kept = [{ app: tenant.app }, { hostname: tenant.hostname }, {}]
    .flatMap((filter) => claims.history({ ...filter, limit: RECORDS }))
    .map((record) => [`${record.claim.app} ${record.claim.hostname} ${record.firstSeenAt}`, record] as const);
  return [...new Map(kept).values()];
}

/** The same claim's earlier lives, and the other misplaced ones. */
export function besides(
  claim: ClaimRecord | null,
  records: readonly ClaimRecord[],
  platform: Platform,
): Pick<Case, 'claim' | 'earlier' | 'others'> {
  const same = (record: ClaimRecord): boolean =>
    record.claim.app === claim?.claim.app && record.claim.hostname === claim.claim.hostname;
  return {
    claim,
    earlier: records.filter((record) => record !== claim && same(record)),
    others: records.filter((record) => !same(record) && isMisplaced(record.claim, platform)),
  };
}

const NOT_MET = { known: false, why: 'no sweep met one from before it' } as const;

/**
 * How the certificate behind an incident got there, as far as history alone tells: Fly is not asked, so that an alert need not
 * wait. Throws StoreError.
 */
export function keptOrigin(
  store: Pick<Store, 'claims' | 'deploys'>,
  platform: Platform,
  tenant: Tenant,
  { lastFailedAt }: Pick<Incident, 'lastFailedAt'>,
): Origin {
  const records = keptClaims(store, tenant);
  const claim = chooseClaim(records, tenant, platform, lastFailedAt);
  const app = claim?.claim.app ?? tenant.app;
  const at = claim === null ? lastFailedAt : bornAt(claim);
  const until = at + BEFORE_RELEASE_MS;
  const met = store.deploys
    .between(app, until - RELEASES_BACK_MS, until, RELEASES)
    .map(({ release }) => release);
  // History begins with a release, and knows every later one. What came before the first is not known, which is not nothing.
  const known = met.some(({ createdAt }) => createdAt <= at);
  const releases = known ? ({ known, value: met } as const) : NOT_MET;
  return originOf({
    ...besides(claim, records, platform),
    certificatesUnread: null,
    releases: [{ app, releases }],
  });
}
