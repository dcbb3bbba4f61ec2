import type { CheckResult, TenantCheckId } from '../model/check.ts';
import { worstVerdict, type Verdict } from '../model/verdict.ts';

/** What a verdict cannot be had without. One of these not known: the verdict is at best `unknown`. */
export const REQUIRED_CHECKS: readonly TenantCheckId[] = [
  'dns-wildcard',
  'tls-handshake',
  'site-response',
  'tenant-certificates',
];

/** The verdict over checks: the worst of them, where a check that is not required and not known is a warning. */
export function verdictOf(
  checks: readonly CheckResult[],
  required: readonly string[] = REQUIRED_CHECKS,
): Verdict {
  return worstVerdict(
    checks.map(({ id, verdict }) => (verdict === 'unknown' && !required.includes(id) ? 'warn' : verdict)),
  );
}
