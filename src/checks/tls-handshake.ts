import type { CheckResult, Reason } from '../model/check.ts';
import { FAMILIES } from '../model/dns.ts';
import { failureReason } from '../model/failure.ts';
import type { JsonObject } from '../model/json.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import { isCustomDomain } from './claims.ts';
import {
  failingAddresses,
  handshakeRate,
  rateEvidence,
  worseRate,
  type HandshakeRate,
} from './handshakes.ts';
import { controlAnswers } from './names.ts';
import { credibleHandshakes, credibleLookups, resolverHealth, usableAnswer } from './resolver-health.ts';
import { failureText } from './failure-words.ts';
import { listText, notPassed, passed } from './result.ts';

type Result = CheckResult<'tls-handshake'>;
const ID = 'tls-handshake';

/** Both sides of a site: what visitors reach, and behind a proxied edge the management app itself. */
export interface HandshakeSides {
  readonly front: HandshakeRate;
  readonly behind: HandshakeRate;
  readonly worse: HandshakeRate;
}

/** The rates that the check judges; addresses that only a lying resolver gave are left aside. */
export function handshakeSides(snapshot: TenantSnapshot, platform: Platform): HandshakeSides {
  const health = resolverHealth(snapshot.platform, platform);
  const front = handshakeRate(credibleHandshakes(snapshot.handshakes, snapshot.lookups, health));
  const behind = handshakeRate(platform.edge === 'proxied' ? snapshot.managementHandshakes : []);
  // What no route leads to behind the edge says nothing of what visitors reach in front of it.
  const blind = behind.outcome === 'no-route' || behind.outcome === 'not-judged';
  return { front, behind, worse: blind ? front : worseRate(front, behind) };
}

/** Does a full handshake with SNI succeed on every address that the name resolves to? */
export function tlsHandshake(snapshot: TenantSnapshot, platform: Platform): Result {
  const sides = handshakeSides(snapshot, platform);
  const rate = sides.worse;
  const { hostname } = snapshot.tenant;
  const isBehind = rate === sides.behind && rate.outcome !== 'none';
  const at = isBehind ? `${platform.managementApp} itself, behind the edge,` : 'the edge';
  const evidence: JsonObject = {
    serverName: hostname,
    addresses: rateEvidence(sides.front),
    ...(sides.behind.outcome === 'none' ? {} : { behindTheEdge: rateEvidence(sides.behind) }),
  };
  const result = (verdict: 'fail' | 'warn' | 'unknown', reason: Reason, summary: string): Result =>
    notPassed(ID, verdict, reason, summary, evidence, rate.durationMs);
  const failing = failingAddresses(rate).map(({ address }) => address);
  const all = counted(rate.addresses.length, 'address', 'addresses');
  const cause = rate.failure === null ? '' : `: ${failureText(rate.failure)}`;
  switch (rate.outcome) {
    case 'ok': {
      const routeless = rate.addresses.filter(({ outcome }) => outcome === 'no-route').length;
      const note = routeless === 0 ? '' : `, ${routeless} without a route from here left aside`;
      return passed(
        ID,
        `The handshake with ${hostname} succeeds on ${all}${note}.`,
        evidence,
        rate.durationMs,
      );
    }
    case 'recovered':
      return result(
        'warn',
        'intermittent',
        `The first handshake with ${hostname} failed${cause}; every fresh one after it succeeded.`,
      );
    case 'intermittent':
      return result(
        'fail',
        'intermittent',
        `Handshakes with ${hostname} at ${at} fail and succeed: ${attemptsText(rate)}${cause}.`,
      );
    case 'some-fail':
      return result(
        'fail',
        'some-addresses-fail',
        `The handshake with ${hostname} fails on ${listText(failing)}, ${failing.length} of ${all}${cause}.`,
      );
    case 'all-fail':
      return result(
        'fail',
        rate.failure === null ? 'no-address' : failureReason(rate.failure),
        `The handshake with ${hostname} fails at ${at} on ${listText(failing)}${cause}.`,
      );
    case 'no-route':
      return result('unknown', 'no-route', `This machine has no route to any address of ${hostname}.`);
    case 'not-judged':
      return result(
        'unknown',
        rate.failure === null ? 'no-route' : failureReason(rate.failure),
        `The handshake with ${hostname} was not judged${cause}.`,
      );
    case 'none':
      return withoutHandshake(snapshot, platform, evidence);
  }
}

/** Nothing was tried: the name has no address (its fault), or nobody could say (ours). */
function withoutHandshake(snapshot: TenantSnapshot, platform: Platform, evidence: JsonObject): Result {
  const { hostname } = snapshot.tenant;
  const health = resolverHealth(snapshot.platform, platform);
  const answers = credibleLookups(snapshot.lookups, health)
    .filter(({ role }) => role === 'resolver')
    .flatMap(({ ipv4, ipv6 }) => [usableAnswer(ipv4), usableAnswer(ipv6)])
    .filter((answer) => answer !== undefined);
  if (answers.length === 0) {
    return notPassed(
      ID,
      'unknown',
      'no-resolver-answered',
      `No resolver gave an address of ${hostname}.`,
      evidence,
    );
  }
  if (answers.every(({ addresses }) => addresses.length === 0)) {
    // Without any answer for a control name an empty one may be the resolvers' trouble as well as the name's.
    const nothingToCompare = FAMILIES.every(
      (family) => controlAnswers(snapshot.platform, { server: '', role: 'resolver' }, family).length === 0,
    );
    if (nothingToCompare && !isCustomDomain(hostname, platform)) {
      const summary = `${hostname} has no address, and no control name could be asked for.`;
      return notPassed(ID, 'unknown', 'control-unresolved', summary, evidence);
    }
    return notPassed(ID, 'fail', 'no-address', `${hostname} has no address to connect to.`, evidence);
  }
  return notPassed(
    ID,
    'unknown',
    'aborted-during-handshake',
    `No handshake with ${hostname} was tried.`,
    evidence,
  );
}

function attemptsText(rate: HandshakeRate): string {
  const attempts = rate.addresses.reduce((sum, address) => sum + address.attempts, 0);
  const succeeded = rate.addresses.reduce((sum, address) => sum + address.succeeded, 0);
  return `${succeeded} of ${attempts} succeeded`;
}
