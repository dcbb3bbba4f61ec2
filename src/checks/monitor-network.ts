import type { CheckResult } from '../model/check.ts';
import type { Handshake } from '../model/connection.ts';
import type { FailureCode, Phase } from '../model/failure.ts';
import type { Taken } from '../model/observation.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import { notPassed, passed } from './result.ts';

const ID = 'monitor-network';

/** Codes after which a packet of the other side had arrived. A refusal is none: a firewall of our own gives it, too. */
const ANSWERED: ReadonlySet<FailureCode> = new Set([
  'reset',
  'eof',
  'alert',
  'not-tls',
  'protocol',
  'too-large',
  'unauthorized',
  'forbidden',
  'not-found',
  'rate-limited',
  'server-error',
  'redirected',
  'malformed',
  'incomplete',
]);

const OURS: ReadonlySet<FailureCode> = new Set([
  'aborted',
  'internal',
  'no-credentials',
  'address-forbidden',
]);

interface Tally {
  successes: number;
  failures: number;
}

/** Can this machine reach anything at all? Only when everything fails, witnesses included, does it fail: any success refutes that. */
export function monitorNetwork(snapshot: PlatformSnapshot): CheckResult<'monitor-network'> {
  const tally: Tally = { successes: 0, failures: 0 };
  for (const { result } of snapshot.monitor.witnesses) add(tally, result);
  add(tally, snapshot.monitor.flyApi);
  for (const { handshakes, lookups, site } of snapshot.controls) {
    for (const { ipv4, ipv6 } of lookups) {
      add(tally, ipv4);
      add(tally, ipv6);
    }
    for (const handshake of handshakes) addHandshake(tally, handshake);
    add(tally, site);
  }
  add(tally, snapshot.management.health);
  const witnesses = snapshot.monitor.witnesses.map(({ name, result }) => ({ name, outcome: result.outcome }));
  const evidence = { ...tally, witnesses };
  if (tally.successes > 0) return passed(ID, 'The network of this machine works.', evidence);
  if (tally.failures === 0) {
    return notPassed(ID, 'unknown', 'no-sample', 'Nothing was tried over the network.', evidence);
  }
  const summary = `Everything fails from here, ${counted(tally.failures, 'attempt')} in all, witnesses included.`;
  return notPassed(ID, 'fail', 'everything-fails', summary, evidence);
}

function add(tally: Tally, taken: Taken<unknown>): void {
  if (taken.outcome === 'observed') tally.successes += 1;
  else if (taken.outcome === 'failed') addFailure(tally, taken.failure.phase, taken.failure.code);
}

function addHandshake(tally: Tally, handshake: Handshake): void {
  if (handshake.connectMs !== null) tally.successes += 1;
  else add(tally, handshake.result);
}

function addFailure(tally: Tally, phase: Phase, code: FailureCode): void {
  if (OURS.has(code)) return;
  if (phase !== 'connect' && ANSWERED.has(code)) tally.successes += 1;
  else tally.failures += 1;
}
