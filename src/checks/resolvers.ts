import type { CheckResult } from '../model/check.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import { lookupsDuration } from './dns-words.ts';
import { nameThatResolves, resolverHealth } from './resolver-health.ts';
import { listText, notPassed, oneOrMany, passed } from './result.ts';

const ID = 'resolvers';

/** Does every configured resolver answer for the control names, and alike? */
export function resolvers(snapshot: PlatformSnapshot, platform: Platform): CheckResult<'resolvers'> {
  const health = resolverHealth(snapshot, platform);
  const servers = [...health.keys()];
  const durationMs = snapshot.controls.reduce(
    (slowest, control) => Math.max(slowest, lookupsDuration(control.lookups)),
    0,
  );
  const failing = servers.filter((server) => health.get(server) === 'fails');
  const lying = servers.filter((server) => health.get(server) === 'lies');
  const evidence = { servers: servers.map((server) => ({ server, state: health.get(server) ?? 'fails' })) };
  if (servers.length === 0) {
    return notPassed(ID, 'unknown', 'no-sample', 'No resolver was asked.', evidence, durationMs);
  }
  if (failing.length === servers.length) {
    const elsewhere = nameThatResolves(snapshot);
    if (elsewhere !== undefined) {
      const summary = `No resolver answers for the control names, and yet they look up ${elsewhere}: the names are at fault.`;
      return notPassed(ID, 'unknown', 'control-unresolved', summary, evidence, durationMs);
    }
    const summary =
      servers.length === 1
        ? `The only resolver, ${listText(failing)}, does not answer.`
        : `None of ${servers.length} resolvers answers: ${listText(failing)}.`;
    return notPassed(ID, 'fail', 'no-resolver-answered', summary, evidence, durationMs);
  }
  if (failing.length === 0 && lying.length === 0) {
    const summary = `${counted(servers.length, 'resolver')} ${oneOrMany(servers.length, 'answers', 'answer')} for the control names.`;
    return passed(ID, summary, evidence, durationMs);
  }
  const parts = [
    ...(failing.length === 0
      ? []
      : [`${listText(failing)} ${oneOrMany(failing.length, 'does', 'do')} not answer`]),
    ...(lying.length === 0
      ? []
      : [`${listText(lying)} ${oneOrMany(lying.length, 'answers', 'answer')} unlike the others`]),
  ];
  const summary = `Of ${counted(servers.length, 'resolver')}, ${listText(parts)}.`;
  return notPassed(ID, 'fail', 'resolver-failing', summary, evidence, durationMs);
}
