import type { CheckResult, Reason } from '../model/check.ts';
import type { JsonObject } from '../model/json.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import { isCustomDomain, momentText } from './claims.ts';
import { compareWithTarget } from './custom-domains.ts';
import {
  addressesIn,
  comparisonEvidence,
  deviating,
  expectedText,
  failingText,
  laggards,
  lookupsDuration,
  missingFamily,
  resolversText,
  saying,
  serversIn,
} from './dns-words.ts';
import { failingLookups } from './failing-lookups.ts';
import { compareWithControl, isWithinTtl } from './names.ts';
import { listText, notPassed, oneOrMany, passed } from './result.ts';

type Result = CheckResult<'dns-wildcard'>;
const ID = 'dns-wildcard';

/**
 * Does the tenant's name resolve exactly as a control name does, for each family, at every resolver that answers and at the
 * zone's own servers, and to the management app? A custom domain is compared with its own target instead.
 */
export function dnsWildcard(snapshot: TenantSnapshot, platform: Platform): Result {
  if (isCustomDomain(snapshot.tenant.hostname, platform)) return customDomain(snapshot, platform);
  const comparison = compareWithControl(snapshot, platform);
  const durationMs = lookupsDuration(snapshot.lookups);
  const { hostname } = snapshot.tenant;
  const addresses = listText(addressesIn(comparison.servers));
  const evidence = (): JsonObject => comparisonEvidence(snapshot, comparison);
  const fails = (reason: Reason, summary: string): Result =>
    notPassed(ID, 'fail', reason, summary, evidence(), durationMs);
  const where = comparison.source === 'zone' ? "the zone's own servers" : resolversText(comparison);
  switch (comparison.outcome) {
    case 'same': {
      const asked = counted(comparison.servers.length, 'server');
      return passed(
        ID,
        `${hostname} resolves to ${addresses} like the control name, at ${asked}.`,
        evidence(),
        durationMs,
      );
    }
    case 'own':
      return fails(
        'differs-from-control',
        `${hostname} has an answer of its own at ${where}: ${deviating(comparison, 'own')} instead of ${expectedText(snapshot)}.`,
      );
    case 'cached': {
      const late = laggards(comparison);
      const text = `${hostname} is right at the zone's own servers, but ${listText(late)} still ${oneOrMany(late.length, 'gives', 'give')} another answer.`;
      // A wildcard that has just moved is somebody's intention, and its former answer goes by itself.
      if (isWithinTtl(snapshot)) {
        return notPassed(ID, 'warn', 'cached-answer', text, evidence(), durationMs);
      }
      return fails('cached-answer', text);
    }
    case 'disagree':
      return fails(
        'resolvers-disagree',
        `DNS servers disagree on ${hostname}: ${comparison.servers.map(saying).slice(0, 4).join('; ')}.`,
      );
    case 'within-ttl':
      return notPassed(
        ID,
        'unknown',
        'cached-answer',
        `${hostname} resolves to ${addresses}, unlike the control name, but caches may hold the former answer until ${momentText(
          snapshot.platform.previousAnswerUntil ?? snapshot.takenAt,
        )}.`,
        evidence(),
        durationMs,
      );
    case 'no-data':
      return fails(
        'no-data',
        `${hostname} has no address at ${where} (NODATA) while the control name resolves to ${expectedText(snapshot)}.`,
      );
    case 'family-missing':
      return fails(
        'family-missing',
        `${hostname} has no ${missingFamily(comparison)} address at ${where} while the control name has one.`,
      );
    case 'nxdomain':
      return fails(
        'nxdomain',
        `${hostname} does not exist (NXDOMAIN) according to ${listText(serversIn(comparison, 'nxdomain'))} while the control name resolves.`,
      );
    case 'failing': {
      const failing = failingLookups(snapshot, platform);
      const how = failing === undefined ? '' : ` (${failingText(failing)})`;
      return fails('lookup-failing', lookupFails(hostname, how));
    }
    case 'outside':
      return fails(
        'outside-management-addresses',
        `${hostname} resolves to ${addresses} like the control name, which is not where ${platform.managementApp} is.`,
      );
    case 'unresolved':
      return fails('control-unresolved', `Neither ${hostname} nor a control name resolves.`);
    case 'no-control':
      return notPassed(
        ID,
        'unknown',
        'control-unresolved',
        `${hostname} cannot be compared: no control name resolves.`,
        evidence(),
        durationMs,
      );
    case 'no-answer':
      return notPassed(
        ID,
        'unknown',
        'no-resolver-answered',
        `No resolver answered for ${hostname}.`,
        evidence(),
        durationMs,
      );
  }
}

function lookupFails(hostname: string, how: string): string {
  return `${hostname} cannot be looked up anywhere${how}, while the control names can.`;
}

function customDomain(snapshot: TenantSnapshot, platform: Platform): Result {
  const { outcome, expected, outside, servers } = compareWithTarget(snapshot, platform);
  const { hostname } = snapshot.tenant;
  const durationMs = lookupsDuration(snapshot.lookups);
  const given = addressesIn(servers);
  const evidence: JsonObject = {
    name: hostname,
    customDomain: true,
    expected,
    addresses: given.slice(0, 32),
    servers: servers.map(({ server }) => server),
  };
  const result = (verdict: 'fail' | 'unknown' | 'skipped', reason: Reason, summary: string): Result =>
    notPassed(ID, verdict, reason, summary, evidence, durationMs);
  switch (outcome) {
    case 'on-target':
      return result(
        'skipped',
        'custom-domain',
        `${hostname} is a custom domain, not compared with the wildcard; it resolves to ${platform.managementApp} as it should.`,
      );
    case 'no-target':
      return result(
        'skipped',
        'custom-domain',
        `${hostname} is a custom domain, not compared with the wildcard; it resolves to ${listText(given)}.`,
      );
    case 'off-target':
      return result(
        'fail',
        'not-a-target',
        `${hostname} resolves to ${listText(outside)}, which is not ${platform.managementApp}.`,
      );
    case 'nxdomain':
      return result('fail', 'nxdomain', `${hostname} does not exist (NXDOMAIN).`);
    case 'no-data':
      return result('fail', 'no-data', `${hostname} has no address (NODATA).`);
    case 'failing': {
      const failing = failingLookups(snapshot, platform);
      const how = failing === undefined ? '' : ` (${failingText({ ...failing, zone: 'silent' })})`;
      return result('fail', 'lookup-failing', lookupFails(hostname, how));
    }
    case 'no-answer':
      return result('unknown', 'no-resolver-answered', `No resolver answered for ${hostname}.`);
  }
}
