import type { CheckResult, Reason } from '../model/check.ts';
import type { JsonObject } from '../model/json.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import { lookupsDuration } from './dns-words.ts';
import { addressesOf, outsideAddresses, type ServerAnswers } from './names.ts';
import {
  addressAnswer,
  credibleLookups,
  managementAddresses,
  nameThatResolves,
  resolverHealth,
} from './resolver-health.ts';
import { listText, notPassed, passed } from './result.ts';

type Result = CheckResult<'wildcard-dns'>;
const ID = 'wildcard-dns';

/** Do fresh names under the wildcard resolve, to the management app, wherever they are asked? */
export function wildcardDns(snapshot: PlatformSnapshot, platform: Platform): Result {
  const views = controlViews(snapshot, platform);
  const durationMs = snapshot.controls.reduce(
    (slowest, control) => Math.max(slowest, lookupsDuration(control.lookups)),
    0,
  );
  const expected = managementAddresses(snapshot, platform);
  const names = snapshot.controls.map(({ name }) => name);
  const given = [...new Set(views.flatMap(addressesOf))];
  const evidence: JsonObject = {
    controls: names,
    addresses: given.slice(0, 32),
    managementAddresses: expected === null ? null : [...expected].slice(0, 32),
    servers: [...new Set(views.map(({ server }) => server))].slice(0, 16),
  };
  const result = (verdict: 'fail' | 'unknown', reason: Reason, summary: string): Result =>
    notPassed(ID, verdict, reason, summary, evidence, durationMs);
  const elsewhere = nameThatResolves(snapshot);
  if (views.length === 0 && elsewhere !== undefined) {
    return result(
      'fail',
      'lookup-failing',
      `Names under the wildcard of ${platform.domain} cannot be looked up anywhere, while the same resolvers look up ${elsewhere}.`,
    );
  }
  if (views.length === 0) {
    return result('unknown', 'no-resolver-answered', 'No resolver answered for the control names.');
  }
  const unresolved = views.filter((view) => addressesOf(view).length === 0);
  const [first] = unresolved;
  if (first !== undefined) {
    const missing = (first.ipv4 ?? first.ipv6)?.rcode === 'NXDOMAIN';
    const where = listText([...new Set(unresolved.map(({ server }) => server))]);
    return result(
      'fail',
      missing ? 'nxdomain' : 'no-data',
      `Names under the wildcard of ${platform.domain} do not resolve at ${where} (${missing ? 'NXDOMAIN' : 'NODATA'}).`,
    );
  }
  const outside =
    expected === null ? [] : [...new Set(views.flatMap((view) => outsideAddresses(view, expected)))];
  if (outside.length > 0) {
    return result(
      'fail',
      'outside-management-addresses',
      `The wildcard of ${platform.domain} resolves to ${listText(outside)}, which is not where ${platform.managementApp} is.`,
    );
  }
  return passed(
    ID,
    `${counted(names.length, 'control name')} under ${platform.domain} ${names.length === 1 ? 'resolves' : 'resolve'} to ${listText(given)}.`,
    evidence,
    durationMs,
  );
}

/** What every server that can be believed says of the control names' addresses. */
function controlViews(snapshot: PlatformSnapshot, platform: Platform): readonly ServerAnswers[] {
  const health = resolverHealth(snapshot, platform);
  return snapshot.controls
    .flatMap((control) => credibleLookups(control.lookups, health))
    .map(({ server, role, ipv4, ipv6 }): ServerAnswers => {
      return { server, role, ipv4: addressAnswer(role, ipv4), ipv6: addressAnswer(role, ipv6) };
    })
    .filter(({ ipv4, ipv6 }) => ipv4 !== undefined || ipv6 !== undefined);
}
