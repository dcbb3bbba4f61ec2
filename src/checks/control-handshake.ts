import type { CheckResult, Reason } from '../model/check.ts';
import { failureReason } from '../model/failure.ts';
import type { JsonObject } from '../model/json.ts';
import { factsOf } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { ControlSnapshot, PlatformSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import {
  failingAddresses,
  handshakeRate,
  rateEvidence,
  worseRate,
  type HandshakeRate,
} from './handshakes.ts';
import { addressAnswer, credibleHandshakes, credibleLookups, resolverHealth } from './resolver-health.ts';
import { failureText } from './failure-words.ts';
import { listText, notPassed, passed } from './result.ts';

type Result = CheckResult<'control-handshake'>;
const ID = 'control-handshake';

/** The handshakes of one control name; behind a proxied edge also those straight to the management app. */
export interface ControlRate {
  readonly name: string;
  readonly rate: HandshakeRate;
}

export function controlRates(snapshot: PlatformSnapshot, platform: Platform): readonly ControlRate[] {
  const health = resolverHealth(snapshot, platform);
  return snapshot.controls.map(({ name, handshakes, lookups, managementHandshakes }) => {
    const front = handshakeRate(credibleHandshakes(handshakes, lookups, health));
    const behind = handshakeRate(platform.edge === 'proxied' ? (managementHandshakes ?? []) : []);
    const blind = behind.outcome === 'no-route' || behind.outcome === 'not-judged';
    return { name, rate: blind ? front : worseRate(front, behind) };
  });
}

/** Addresses at which the handshakes of control names fail whenever they are tried. */
export function controlFailingAddresses(snapshot: PlatformSnapshot, platform: Platform): ReadonlySet<string> {
  return new Set(
    controlRates(snapshot, platform).flatMap(({ rate }) =>
      failingAddresses(rate).map(({ address }) => address),
    ),
  );
}

/**
 * Can fresh names under the wildcard shake hands? Two of them have to fail before that is the platform's failure: one name may be
 * limited, or unlucky, by itself. What failed once and succeeded at once afterwards is nothing.
 */
export function controlHandshake(snapshot: PlatformSnapshot, platform: Platform): Result {
  const rates = controlRates(snapshot, platform);
  const durationMs = rates.reduce((slowest, { rate }) => Math.max(slowest, rate.durationMs), 0);
  const evidence: JsonObject = {
    controls: rates.map(({ name, rate }, index) => ({
      name,
      outcome: rate.outcome,
      addresses: rateEvidence(rate),
      // What the proxy answers to a name without a tenant: usually a 502, which proves that TLS works.
      status: statusOf(snapshot.controls[index]),
    })),
  };
  const result = (verdict: 'fail' | 'warn' | 'unknown', reason: Reason, summary: string): Result =>
    notPassed(ID, verdict, reason, summary, evidence, durationMs);
  const fine = rates.filter(({ rate }) => rate.outcome === 'ok' || rate.outcome === 'recovered');
  const failing = rates.filter(({ rate }) => rate.outcome === 'all-fail' || rate.outcome === 'some-fail');
  const shaky = rates.filter(({ rate }) => rate.outcome === 'intermittent');
  const [first] = failing;
  if (first !== undefined) {
    const { failure, outcome } = first.rate;
    const cause = failure === null ? '' : `: ${failureText(failure)}`;
    const where = listText(failingAddresses(first.rate).map(({ address }) => address));
    const names = listText(failing.map(({ name }) => name));
    if (failing.length >= 2) {
      const partly = failing.every(({ rate }) => rate.outcome === 'some-fail');
      const reason = partly || failure === null ? 'some-addresses-fail' : failureReason(failure);
      return result('fail', reason, `The handshake fails for ${names} on ${where}${cause}.`);
    }
    if (fine.length > 0 || shaky.length > 0) {
      return result(
        'warn',
        'intermittent',
        `The handshake fails for ${names} and not for other names${cause}.`,
      );
    }
    const reason =
      outcome === 'some-fail' || failure === null ? 'some-addresses-fail' : failureReason(failure);
    return result(
      'unknown',
      reason,
      `The handshake fails for ${names}, the only control name tried${cause}.`,
    );
  }
  if (shaky.length > 0) {
    const names = listText(shaky.map(({ name }) => name));
    return result('warn', 'intermittent', `Handshakes with ${names} fail and succeed.`);
  }
  if (fine.length > 0) {
    const n = counted(fine.length, 'control name');
    return passed(ID, `The handshake succeeds for ${n}.`, evidence, durationMs);
  }
  return withoutHandshake(rates, snapshot, platform, result);
}

function statusOf(control: ControlSnapshot | undefined): number | null {
  return control === undefined ? null : (factsOf(control.site)?.status ?? null);
}

function withoutHandshake(
  rates: readonly ControlRate[],
  snapshot: PlatformSnapshot,
  platform: Platform,
  result: (verdict: 'fail' | 'unknown', reason: Reason, summary: string) => Result,
): Result {
  if (rates.some(({ rate }) => rate.outcome === 'no-route')) {
    return result('unknown', 'no-route', 'This machine has no route to any address of the control names.');
  }
  const failure = rates.find(({ rate }) => rate.failure !== null)?.rate.failure;
  if (failure !== null && failure !== undefined) {
    const summary = `No handshake with a control name was judged: ${failureText(failure)}.`;
    return result('unknown', failureReason(failure), summary);
  }
  const health = resolverHealth(snapshot, platform);
  const answers = snapshot.controls
    .flatMap((control) => credibleLookups(control.lookups, health))
    .flatMap(({ role, ipv4, ipv6 }) => [addressAnswer(role, ipv4), addressAnswer(role, ipv6)])
    .filter((answer) => answer !== undefined);
  if (answers.length === 0) {
    return result('unknown', 'no-resolver-answered', 'No resolver gave an address of a control name.');
  }
  if (answers.every(({ addresses }) => addresses.length === 0)) {
    return result('fail', 'no-address', 'The control names have no address to connect to.');
  }
  return result('unknown', 'aborted-during-handshake', 'No handshake with a control name was tried.');
}
