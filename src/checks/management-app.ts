import type { CheckResult, Reason } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { Machine } from '../model/fly.ts';
import type { JsonObject } from '../model/json.ts';
import { factsOf } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { machinesEvidence, machinesState, machinesText } from './machines.ts';
import { failureText } from './failure-words.ts';
import { durationOf, failureEvidence, isOurs, notPassed, passed, skippedFor } from './result.ts';

type Result = CheckResult<'management-app'>;
const ID = 'management-app';

interface Side {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'unknown';
  readonly reason: Reason | null;
  readonly text: string;
  readonly evidence: JsonObject;
}

/** Is a machine of the management app started, and does its own health URL, where there is one, answer below 400? */
export function managementApp(snapshot: PlatformSnapshot, platform: Platform): Result {
  const { machines, health } = snapshot.management;
  const byMachines = judgeMachines(snapshot, platform);
  const byHealth = judgeHealth(snapshot, platform);
  if (byMachines === undefined && byHealth === undefined) {
    return machines.outcome === 'not-taken'
      ? skippedFor(ID, machines)
      : notPassed(ID, 'unknown', 'no-sample', `${platform.managementApp} was not looked at.`);
  }
  const durationMs = Math.max(durationOf(machines), durationOf(health));
  const sides = [byHealth, byMachines].filter((side) => side !== undefined);
  const evidence: JsonObject = Object.assign({}, ...sides.map((side) => side.evidence)) as JsonObject;
  for (const verdict of ['fail', 'warn'] as const) {
    const bad = sides.find((side) => side.verdict === verdict);
    if (bad?.reason != null) return notPassed(ID, verdict, bad.reason, bad.text, evidence, durationMs);
  }
  // Either side alone proves that it is up.
  const good = sides.find(({ verdict }) => verdict === 'pass');
  if (good !== undefined) return passed(ID, good.text, evidence, durationMs);
  const [unknown] = sides;
  return notPassed(
    ID,
    'unknown',
    unknown?.reason ?? 'no-sample',
    unknown?.text ?? 'Not known.',
    evidence,
    durationMs,
  );
}

function judgeMachines(snapshot: PlatformSnapshot, platform: Platform): Side | undefined {
  const { machines } = snapshot.management;
  const app = platform.managementApp;
  if (machines.outcome === 'not-taken') return undefined;
  if (machines.outcome === 'failed') {
    const { failure } = machines;
    const evidence = { machines: failureEvidence(failure) };
    if (failure.code === 'not-found') {
      return { verdict: 'fail', reason: 'app-missing', text: `Fly does not know the app ${app}.`, evidence };
    }
    const text = `The machines of ${app} are not known: ${failureText(failure)}.`;
    return { verdict: 'unknown', reason: failureReason(failure), text, evidence };
  }
  const text = `${app} has ${machinesText(machines.facts)}.`;
  const evidence = { machines: machinesEvidence(machines.facts) };
  switch (machinesState(machines.facts)) {
    case 'started':
    case 'asleep':
      return { verdict: 'pass', reason: null, text, evidence };
    case 'crashing': {
      const verdict = isAnswering(snapshot) && hasStarted(machines.facts) ? 'warn' : 'fail';
      return { verdict, reason: 'crashing', text: crashingText(text, verdict), evidence };
    }
    case 'starting':
    case 'stopped':
      return { verdict: 'fail', reason: 'none-started', text, evidence };
    case 'no-machines':
      return { verdict: 'fail', reason: 'no-machines', text: `${app} has no machines.`, evidence };
    case 'autostart-unknown':
      return { verdict: 'unknown', reason: 'autostart-unknown', text, evidence };
    case 'unknown':
      return { verdict: 'unknown', reason: 'incomplete-during-api', text, evidence };
  }
}

function hasStarted(machines: readonly Machine[]): boolean {
  return machines.some(({ state }) => state === 'started');
}

/** Is it proved to be up? A 5xx for a name without a tenant is what the edge says when it is down as well. */
function isAnswering({ management, controls }: PlatformSnapshot): boolean {
  const health = factsOf(management.health);
  if (health !== undefined) return health.status < 400;
  return controls.some(({ site }) => (factsOf(site)?.status ?? 500) < 500);
}

function crashingText(text: string, verdict: 'warn' | 'fail'): string {
  const now = verdict === 'warn' ? ', and it answers again' : '';
  return `${text.replace(/\.$/, '')}; the last exit was a crash${now}.`;
}

function judgeHealth(snapshot: PlatformSnapshot, platform: Platform): Side | undefined {
  const { health } = snapshot.management;
  const app = platform.managementApp;
  if (health.outcome === 'not-taken') return undefined;
  if (health.outcome === 'failed') {
    const { failure } = health;
    const text = `The health URL of ${app} was not answered: ${failureText(failure)}.`;
    const verdict = isOurs(failure) ? 'unknown' : 'fail';
    return { verdict, reason: failureReason(failure), text, evidence: { health: failureEvidence(failure) } };
  }
  const { status } = health.facts;
  const text = `The health URL of ${app} answers ${status}.`;
  const evidence = { health: { status } };
  return status < 400
    ? { verdict: 'pass', reason: null, text, evidence }
    : { verdict: 'fail', reason: 'unhealthy', text, evidence };
}
