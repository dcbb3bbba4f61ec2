/** Words that the tenant's rows share. */
import type { TenantCheckId } from '../../model/check.ts';
import type { TenantProblem } from '../../model/problem.ts';
import type { Rule } from '../rules.ts';
import type { TenantFacts } from '../tenant-facts.ts';

export type TenantRule = Rule<TenantFacts, TenantProblem>;

/** What a visitor notices when the way to the site is broken. */
export const REACHING: readonly TenantCheckId[] = ['tls-handshake', 'certificate-validity', 'site-response'];
export const NAME: readonly TenantCheckId[] = ['dns-wildcard', ...REACHING];
export const APP: readonly TenantCheckId[] = ['machines-started', 'direct-response', 'site-response'];

export const HANDSHAKE_FAILS = ['all-fail', 'some-fail', 'intermittent'] as const;
export const UNREACHABLE = [...HANDSHAKE_FAILS, 'no-address'] as const;
export const NOT_FAILING = ['ok', 'recovered', 'unknown', 'no-address'] as const;
export const BAD_STATUS = ['gateway-error', 'server-error', 'unexpected-status'] as const;
export const SITE_FAILS = [...BAD_STATUS, 'no-answer', 'no-connection'] as const;
export const DIRECT_FAILS = ['unavailable', 'server-error', 'unreachable'] as const;
export const NO_CLAIM = ['none', 'elsewhere'] as const;
export const NO_KNOWN_CLAIM = [...NO_CLAIM, 'unknown'] as const;
export const NOT_FOREIGN = ['none', 'unknown'] as const;

/** A problem that is an outage while visitors notice it, and a warning as long as they do not: the rows for both. */
export function outageOrWarning(
  rule: Omit<TenantRule, 'severity'>,
  outage: readonly TenantRule['when'][],
): readonly TenantRule[] {
  return [
    ...outage.map((when): TenantRule => ({ ...rule, severity: 'critical', when: { ...rule.when, ...when } })),
    { ...rule, severity: 'warning' },
  ];
}

export const VISITORS_NOTICE: readonly TenantRule['when'][] = [
  { handshake: UNREACHABLE },
  { site: SITE_FAILS },
  { servedName: ['mismatch'] },
  { servedChain: ['untrusted'] },
  { servedDates: ['expired', 'not-yet-valid'] },
];
