import type { CheckResult, PlatformCheckId } from '../model/check.ts';
import type { PlatformProblem } from '../model/problem.ts';
import type { Rule } from './rules.ts';

/** What the platform's table decides by. */
export interface PlatformFacts {
  /** `failing`: nobody can look the control names up. */
  readonly dns: 'right' | 'unresolved' | 'elsewhere' | 'failing' | 'unknown';
  readonly wildcardClaim: 'none' | 'claimed' | 'unknown';
  /** Handshakes with the control names. `fails`: of at least two of them. */
  readonly handshake: 'ok' | 'fails' | 'no-address' | 'unknown';
  /** `missing`: not issued on the management app; `bad`: what is served is for other names, untrusted or not valid yet. */
  readonly certificate: 'good' | 'missing' | 'bad' | 'expired' | 'expires-now' | 'expires-soon' | 'unknown';
  /** `missing`: Fly does not know it by this name. */
  readonly app: 'up' | 'down' | 'unhealthy' | 'missing' | 'unknown';
}

type PlatformChecks = readonly CheckResult<PlatformCheckId>[];

export function platformFacts(checks: PlatformChecks): PlatformFacts {
  const by = new Map(checks.map((check) => [check.id, check]));
  return {
    dns: dnsFact(by.get('wildcard-dns')),
    wildcardClaim: claimFact(by.get('wildcard-claims')),
    handshake: handshakeFact(by.get('control-handshake')),
    certificate: certificateFact(by.get('wildcard-certificate')),
    app: appFact(by.get('management-app')),
  };
}

type Judged = CheckResult<PlatformCheckId> | undefined;

function dnsFact(check: Judged): PlatformFacts['dns'] {
  if (check?.verdict === 'pass') return 'right';
  if (check?.verdict !== 'fail') return 'unknown';
  if (check.reason === 'lookup-failing') return 'failing';
  return check.reason === 'outside-management-addresses' ? 'elsewhere' : 'unresolved';
}

function claimFact(check: Judged): PlatformFacts['wildcardClaim'] {
  if (check?.verdict === 'pass') return 'none';
  return check?.verdict === 'fail' ? 'claimed' : 'unknown';
}

function handshakeFact(check: Judged): PlatformFacts['handshake'] {
  if (check?.verdict === 'pass' || check?.verdict === 'warn') return 'ok';
  if (check?.verdict !== 'fail') return 'unknown';
  return check.reason === 'no-address' ? 'no-address' : 'fails';
}

function certificateFact(check: Judged): PlatformFacts['certificate'] {
  if (check?.verdict === 'pass') return 'good';
  if (check?.verdict !== 'fail' && check?.verdict !== 'warn') return 'unknown';
  switch (check.reason) {
    case 'expired':
      return 'expired';
    case 'expires-soon':
      return check.verdict === 'fail' ? 'expires-now' : 'expires-soon';
    case 'name-mismatch':
    case 'untrusted':
    case 'not-yet-valid':
      return 'bad';
    // Of an app that Fly does not know nobody knows what it holds.
    case 'app-missing':
      return 'unknown';
    default:
      return 'missing';
  }
}

function appFact(check: Judged): PlatformFacts['app'] {
  if (check?.verdict === 'pass') return 'up';
  if (check?.verdict !== 'fail') return 'unknown';
  switch (check.reason) {
    case 'app-missing':
      return 'missing';
    case 'no-machines':
    case 'none-started':
    case 'crashing':
      return 'down';
    default:
      return 'unhealthy';
  }
}

/** Certificates with which handshakes do not fail by themselves. */
const HELD: readonly PlatformFacts['certificate'][] = [
  'good',
  'bad',
  'expires-soon',
  'expires-now',
  'unknown',
];

/** An app that is gone is no outage of the edge. */
const APP_KNOWN: readonly PlatformFacts['app'][] = ['up', 'down', 'unhealthy', 'unknown'];

/** The decision table of the platform's scope. */
export const PLATFORM_RULES: readonly Rule<PlatformFacts, PlatformProblem>[] = [
  {
    code: 'wildcard-claimed-elsewhere',
    when: { wildcardClaim: ['claimed'], handshake: ['fails'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['wildcard-claims', 'control-handshake'],
  },
  {
    code: 'wildcard-dns-broken',
    when: { dns: ['unresolved', 'elsewhere'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['wildcard-dns', 'control-handshake'],
  },
  // The zone or its provider, not our resolvers: those look up other names. They may share a way to the zone all the same.
  {
    code: 'wildcard-dns-broken',
    when: { dns: ['failing'] },
    certainty: 'likely',
    severity: 'critical',
    explains: ['wildcard-dns', 'control-handshake'],
  },
  {
    code: 'wildcard-certificate-expired',
    when: { certificate: ['expired'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['wildcard-certificate', 'control-handshake'],
  },
  {
    code: 'wildcard-certificate-missing',
    when: { certificate: ['missing'], handshake: ['fails'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['wildcard-certificate', 'control-handshake'],
  },
  {
    code: 'wildcard-certificate-invalid',
    when: { certificate: ['bad'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['wildcard-certificate'],
  },
  {
    code: 'management-app-down',
    when: { app: ['missing'], handshake: ['fails', 'no-address', 'unknown'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['management-app', 'wildcard-certificate', 'control-handshake'],
  },
  {
    code: 'platform-tls-outage',
    when: {
      handshake: ['fails'],
      wildcardClaim: ['none'],
      dns: ['right'],
      certificate: HELD,
      app: APP_KNOWN,
    },
    certainty: 'certain',
    severity: 'critical',
    explains: ['control-handshake'],
  },
  {
    code: 'platform-tls-outage',
    when: {
      handshake: ['fails'],
      wildcardClaim: ['none', 'unknown'],
      dns: ['right', 'unknown'],
      certificate: HELD,
      app: APP_KNOWN,
    },
    certainty: 'likely',
    severity: 'critical',
    explains: ['control-handshake'],
  },
  {
    code: 'management-app-down',
    when: { app: ['down', 'unhealthy'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['management-app'],
  },
  // Somebody ends TLS for the domain: a wrong name in the configuration, or a token of elsewhere, is as likely as a loss.
  {
    code: 'management-app-down',
    when: { app: ['missing'], handshake: ['ok'] },
    certainty: 'likely',
    severity: 'warning',
    explains: ['management-app', 'wildcard-certificate'],
  },
  {
    code: 'wildcard-certificate-expiring',
    when: { certificate: ['expires-now'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['wildcard-certificate'],
  },
  {
    code: 'wildcard-claimed-elsewhere',
    when: { wildcardClaim: ['claimed'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['wildcard-claims'],
  },
  {
    code: 'wildcard-certificate-missing',
    when: { certificate: ['missing'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['wildcard-certificate'],
  },
  {
    code: 'wildcard-certificate-expiring',
    when: { certificate: ['expires-soon'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['wildcard-certificate'],
  },
];
