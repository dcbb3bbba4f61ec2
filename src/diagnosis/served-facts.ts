import { servedToTenant } from '../checks/certificate-validity.ts';
import { defectsOf } from '../checks/certificates.ts';
import type { CheckResult, TenantCheckId } from '../model/check.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import type { TenantFacts } from './tenant-facts.ts';

type ServedFacts = Pick<TenantFacts, 'servedName' | 'servedChain' | 'servedDates'>;

const UNKNOWN: ServedFacts = { servedName: 'unknown', servedChain: 'unknown', servedDates: 'unknown' };
const GOOD: ServedFacts = { servedName: 'covers', servedChain: 'trusted', servedDates: 'valid' };

/** Name, chain and dates apart: a certificate can be wrong in all three. */
export function certificateFacts(
  snapshot: TenantSnapshot,
  check: CheckResult<TenantCheckId> | undefined,
  platform: Platform,
): ServedFacts {
  if (check === undefined || check.verdict === 'unknown' || check.verdict === 'skipped') return UNKNOWN;
  if (check.verdict === 'pass') return GOOD;
  const defects = new Set(defectsOf(servedToTenant(snapshot, platform)));
  return {
    servedName: defects.has('name-mismatch') ? 'mismatch' : 'covers',
    servedChain: defects.has('untrusted') ? 'untrusted' : 'trusted',
    servedDates: defects.has('expired')
      ? 'expired'
      : defects.has('not-yet-valid')
        ? 'not-yet-valid'
        : defects.has('expires-now')
          ? 'expires-now'
          : defects.has('expires-soon')
            ? 'expiring'
            : 'valid',
  };
}
