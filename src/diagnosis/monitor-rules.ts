import type { CheckResult, MonitorCheckId } from '../model/check.ts';
import type { MonitorProblem } from '../model/problem.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import type { Rule } from './rules.ts';

/** What the monitor's table decides by: our own state, before anybody else is blamed. */
export interface MonitorFacts {
  readonly network: 'up' | 'down' | 'unknown';
  readonly flyApi: 'answers' | 'token-rejected' | 'rate-limited' | 'unavailable' | 'unknown';
  readonly resolvers: 'fine' | 'some-fail' | 'none-answers' | 'unknown';
  readonly clock: 'right' | 'skewed' | 'unknown';
  readonly throttled: 'yes' | 'no';
}

export function monitorFacts(
  snapshot: PlatformSnapshot,
  checks: readonly CheckResult<MonitorCheckId>[],
): MonitorFacts {
  const by = new Map(checks.map((check) => [check.id, check]));
  const network = by.get('monitor-network');
  const clock = by.get('monitor-clock');
  return {
    network: network?.verdict === 'fail' ? 'down' : network?.verdict === 'pass' ? 'up' : 'unknown',
    flyApi: flyApiFact(by.get('fly-api')),
    resolvers: resolversFact(by.get('resolvers')),
    clock: clock?.verdict === 'fail' ? 'skewed' : clock?.verdict === 'pass' ? 'right' : 'unknown',
    throttled: snapshot.monitor.throttled ? 'yes' : 'no',
  };
}

function flyApiFact(check: CheckResult<MonitorCheckId> | undefined): MonitorFacts['flyApi'] {
  if (check?.verdict === 'pass') return 'answers';
  if (check?.verdict !== 'fail') return 'unknown';
  return check.reason === 'token-rejected' || check.reason === 'rate-limited' ? check.reason : 'unavailable';
}

function resolversFact(check: CheckResult<MonitorCheckId> | undefined): MonitorFacts['resolvers'] {
  if (check?.verdict === 'pass') return 'fine';
  if (check?.verdict !== 'fail') return 'unknown';
  return check.reason === 'no-resolver-answered' ? 'none-answers' : 'some-fail';
}

const NETWORK_STANDS: readonly MonitorFacts['network'][] = ['up', 'unknown'];

/** The decision table of the monitor's scope. With the network down nothing else can be said of ourselves. */
export const MONITOR_RULES: readonly Rule<MonitorFacts, MonitorProblem>[] = [
  {
    code: 'monitor-network-down',
    when: { network: ['down'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['monitor-network', 'resolvers', 'fly-api', 'monitor-clock'],
  },
  {
    code: 'fly-token-rejected',
    when: { flyApi: ['token-rejected'] },
    certainty: 'certain',
    severity: 'critical',
    explains: ['fly-api'],
  },
  {
    code: 'resolver-failing',
    when: { resolvers: ['none-answers'], network: NETWORK_STANDS },
    certainty: 'certain',
    severity: 'critical',
    explains: ['resolvers'],
  },
  {
    code: 'monitor-clock-skewed',
    when: { clock: ['skewed'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['monitor-clock'],
  },
  {
    code: 'resolver-failing',
    when: { resolvers: ['some-fail'], network: NETWORK_STANDS },
    certainty: 'certain',
    severity: 'warning',
    explains: ['resolvers'],
  },
  {
    code: 'fly-rate-limited',
    when: { flyApi: ['rate-limited'] },
    certainty: 'certain',
    severity: 'warning',
    explains: ['fly-api'],
  },
  {
    code: 'fly-api-unavailable',
    when: { flyApi: ['unavailable'], network: NETWORK_STANDS },
    certainty: 'certain',
    severity: 'warning',
    explains: ['fly-api'],
  },
  // Judged by how many names behave; no single check of ours fails by it.
  {
    code: 'probe-throttled',
    when: { throttled: ['yes'], network: NETWORK_STANDS },
    certainty: 'likely',
    severity: 'warning',
    explains: ['control-handshake', 'tls-handshake', 'certificate-validity', 'site-response'],
  },
];
