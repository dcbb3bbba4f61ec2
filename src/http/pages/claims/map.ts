import { checkCertificateTarget } from '../../../guard/certificate-target.ts';
import type { Inventory } from '../../../model/fly.ts';
import type { ClaimRecord } from '../../../model/history.ts';
import type { Platform } from '../../../model/platform.ts';
import { tenantOfApp } from '../../../model/tenant-names.ts';

/** What is wrong with a claim, the worst first. */
export type ClaimMark = 'conflict' | 'takeover' | 'duplicate' | 'dangling';
export const CLAIM_MARKS: readonly ClaimMark[] = ['conflict', 'takeover', 'duplicate', 'dangling'];

export interface MarkedClaim {
  readonly record: ClaimRecord;
  readonly marks: readonly ClaimMark[];
}

export interface ClaimsMap {
  /** What is marked first, then by hostname. */
  readonly claims: readonly MarkedClaim[];
  readonly counts: Readonly<Record<ClaimMark, number>>;
}

/**
 * Who holds which hostname, and what is wrong with it. Placement is the guard's decision, so that the page warns of exactly what
 * the guard refuses: on a tenant's app a conflict, on another app also a risk of takeover.
 * @param inventory the last complete sweep, to tell what leads nowhere; null when it is not known
 */
export function claimsMap(
  records: readonly ClaimRecord[],
  platform: Platform,
  inventory: Inventory | null,
): ClaimsMap {
  const holders = new Map<string, number>();
  for (const { claim } of records) holders.set(claim.hostname, (holders.get(claim.hostname) ?? 0) + 1);
  const counts: Record<ClaimMark, number> = { conflict: 0, takeover: 0, duplicate: 0, dangling: 0 };
  const claims = records.map((record): MarkedClaim => {
    const { hostname, app } = record.claim;
    const marks: ClaimMark[] = [];
    const { decision } = checkCertificateTarget({ hostname, app, platform });
    if (decision === 'refused') marks.push(tenantOfApp(app, platform) === null ? 'takeover' : 'conflict');
    if ((holders.get(hostname) ?? 0) > 1) marks.push('duplicate');
    if (inventory !== null && leadsNowhere(app, inventory)) marks.push('dangling');
    for (const mark of marks) counts[mark] += 1;
    return { record, marks };
  });
  return { claims: claims.sort((a, b) => rank(a) - rank(b) || compare(a, b)), counts };
}

function leadsNowhere(app: string, { apps }: Inventory): boolean {
  const summary = apps.get(app);
  return summary === undefined || summary.machines?.length === 0;
}

function rank({ marks }: MarkedClaim): number {
  const [worst] = marks;
  return worst === undefined ? CLAIM_MARKS.length : CLAIM_MARKS.indexOf(worst);
}

function compare(a: MarkedClaim, b: MarkedClaim): number {
  return a.record.claim.hostname < b.record.claim.hostname ? -1 : 1;
}
