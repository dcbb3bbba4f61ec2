import type { CheckResult } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { spokenDuration } from '../model/spoken.ts';
import { MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, notPassed, passed, skippedFor } from './result.ts';

const ID = 'monitor-clock';

/** `Date` headers have whole seconds and caches keep them for a while; certificates are judged by days. */
export const MAX_SKEW_MS = MINUTE_MS;

/** Does this machine's clock agree with the servers' `Date` headers? */
export function monitorClock(snapshot: PlatformSnapshot): CheckResult<'monitor-clock'> {
  const { clock } = snapshot.monitor;
  if (clock.outcome === 'not-taken') return skippedFor(ID, clock);
  if (clock.outcome === 'failed') {
    const summary = `The clock was not compared: ${failureText(clock.failure)}.`;
    return notPassed(ID, 'unknown', failureReason(clock.failure), summary, failureEvidence(clock.failure));
  }
  const { skewMs, samples } = clock.facts;
  const evidence = { skewMs: Math.round(skewMs), samples };
  if (samples === 0) return notPassed(ID, 'unknown', 'no-sample', 'No server told the time.', evidence);
  const seconds = Math.round(Math.abs(skewMs) / SECOND_MS);
  if (Math.abs(skewMs) <= MAX_SKEW_MS) {
    return passed(
      ID,
      `The clock is within ${Math.max(1, seconds)} s of the servers'.`,
      evidence,
      durationOf(clock),
    );
  }
  const summary = `The clock of this machine is ${spokenDuration(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} the servers'.`;
  return notPassed(ID, 'fail', 'clock-skewed', summary, evidence, durationOf(clock));
}
