import type { CheckResult, Reason } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { liveMachines, machinesEvidence, machinesState, machinesText } from './machines.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, notPassed, oneOrMany, passed, skippedFor } from './result.ts';

type Result = CheckResult<'machines-started'>;
const ID = 'machines-started';

/** Is a machine of the tenant's app started, or may the proxy start every one? */
export function machinesStarted(snapshot: TenantSnapshot): Result {
  const { machines, tenant } = snapshot;
  const durationMs = durationOf(machines);
  const isMissing =
    machines.outcome === 'not-taken'
      ? machines.reason === 'no-app'
      : machines.outcome === 'failed' && machines.failure.code === 'not-found';
  if (isMissing) {
    const evidence = { app: tenant.app };
    return notPassed(
      ID,
      'fail',
      'app-missing',
      `Fly does not know the app ${tenant.app}.`,
      evidence,
      durationMs,
    );
  }
  if (machines.outcome === 'not-taken') return skippedFor(ID, machines);
  if (machines.outcome === 'failed') {
    const { failure } = machines;
    const summary = `The machines of ${tenant.app} are not known: ${failureText(failure)}.`;
    return notPassed(ID, 'unknown', failureReason(failure), summary, failureEvidence(failure), durationMs);
  }
  const state = machinesState(machines.facts);
  const evidence = { app: tenant.app, state, machines: machinesEvidence(machines.facts) };
  const many = liveMachines(machines.facts).length;
  const them = oneOrMany(many, 'it', 'them');
  const has = `${tenant.app} has ${machinesText(machines.facts)}`;
  const result = (verdict: 'fail' | 'warn' | 'unknown', reason: Reason, summary: string): Result =>
    notPassed(ID, verdict, reason, summary, evidence, durationMs);
  switch (state) {
    case 'started':
      return passed(ID, `${has}.`, evidence, durationMs);
    case 'asleep':
      return passed(ID, `${has}; the proxy may start ${them}.`, evidence, durationMs);
    case 'starting':
      return result('warn', 'none-started', `${has}; none is started yet.`);
    case 'crashing':
      return machines.facts.some((machine) => machine.state === 'started')
        ? result(
            'warn',
            'crashing',
            `${has}; ${oneOrMany(many, 'it', 'every started one')} restarted by itself shortly before.`,
          )
        : result('fail', 'crashing', `${has}; the last run ended in a crash.`);
    case 'stopped':
      return result(
        'fail',
        'none-started',
        `${has}; the proxy may not start ${oneOrMany(many, 'it', 'every one')}.`,
      );
    case 'no-machines':
      return result('fail', 'no-machines', `${tenant.app} has no machines.`);
    case 'autostart-unknown':
      return result(
        'unknown',
        'autostart-unknown',
        `${has}; whether the proxy may start ${them} is not known.`,
      );
    case 'unknown':
      return result('unknown', 'incomplete-during-api', `${has}; not every state is known.`);
  }
}
