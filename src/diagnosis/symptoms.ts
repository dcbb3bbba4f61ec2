import type { CheckId, CheckResult } from '../model/check.ts';
import type { ProblemCode } from '../model/problem.ts';
import { explains, type Scene } from './explained.ts';

/** The checks that failed or warned. */
export function failingOf(checks: readonly CheckResult[]): ReadonlySet<CheckId> {
  const failing = new Set<CheckId>();
  for (const { id, verdict } of checks) if (verdict === 'fail' || verdict === 'warn') failing.add(id);
  return failing;
}

/**
 * Failed checks that a problem of the monitor explains become `unknown`, before any verdict is formed: what we broke ourselves is
 * nobody's outage.
 */
export function withoutOurs<Id extends CheckId>(
  checks: readonly CheckResult<Id>[],
  monitor: readonly ProblemCode[],
  scene: Scene,
): readonly CheckResult<Id>[] {
  if (monitor.length === 0) return checks;
  return checks.map((check) => {
    if (check.verdict !== 'fail') return check;
    const code = monitor.find((candidate) => explains(candidate, check, scene));
    if (code === undefined) return check;
    const summary = `${check.summary.replace(/\.$/, '')}; not judged, since the monitor has a problem of its own (${code}).`;
    return { ...check, verdict: 'unknown', reason: `explained-by:${code}`, summary };
  });
}

/** Do the handshakes of the control names fail? */
export function controlFails(checks: readonly CheckResult[]): boolean {
  return checks.some(({ id, verdict }) => id === 'control-handshake' && verdict === 'fail');
}
