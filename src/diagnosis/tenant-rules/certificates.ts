/** What is served, and what the management app holds. */
import type { TenantFacts } from '../tenant-facts.ts';
import type { TenantProblem } from '../../model/problem.ts';
import {
  REACHING,
  HANDSHAKE_FAILS,
  NO_CLAIM,
  NOT_FOREIGN,
  outageOrWarning,
  type TenantRule,
} from './words.ts';

function served(code: TenantProblem, when: TenantRule['when']): TenantRule {
  return { code, when, certainty: 'certain', severity: 'critical', explains: ['certificate-validity'] };
}

export const CERTIFICATES: readonly TenantRule[] = [
  served('served-certificate-mismatched', { servedName: ['mismatch'] }),
  served('served-certificate-expired', { servedDates: ['expired'] }),
  served('served-certificate-not-yet-valid', { servedDates: ['not-yet-valid'] }),
  served('served-certificate-untrusted', { servedChain: ['untrusted'] }),
  // Days are left, and yet it is no time to sleep: the next ones who look are the users.
  served('served-certificate-expiring', { servedDates: ['expires-now'] }),
  {
    code: 'served-certificate-expiring',
    when: { servedDates: ['expiring'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['certificate-validity'],
  },
  ...(['certificate-awaiting-issuance', 'certificate-awaiting-configuration'] as const).flatMap(awaiting),
];

/** The exact certificate on the management app that is not issued; a name that none covers waits for its configuration. */
function awaiting(
  code: 'certificate-awaiting-issuance' | 'certificate-awaiting-configuration',
): readonly TenantRule[] {
  const management: readonly TenantFacts['management'][] =
    code === 'certificate-awaiting-issuance'
      ? ['awaiting-issuance']
      : ['awaiting-configuration', 'not-covered', 'expired'];
  return [
    ...outageOrWarning(
      {
        code,
        when: { management, wildcardServes: ['no'] },
        certainty: 'certain',
        explains: ['management-certificate', ...REACHING],
      },
      [{ handshake: HANDSHAKE_FAILS }],
    ),
    // The exact name goes before the wildcard at the edge [inferred, not documented]: a likely cause when nothing claims the name.
    {
      code,
      when: {
        management,
        wildcardServes: ['yes'],
        handshake: HANDSHAKE_FAILS,
        claim: NO_CLAIM,
        foreign: NOT_FOREIGN,
      },
      certainty: 'likely',
      severity: 'critical',
      explains: ['management-certificate', ...REACHING],
    },
    {
      code,
      when: { management, wildcardServes: ['yes'] },
      certainty: 'certain',
      severity: 'warning',
      explains: ['management-certificate'],
    },
  ];
}
