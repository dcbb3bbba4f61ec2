import type { Handshake } from '../model/connection.ts';
import type { Family } from '../model/dns.ts';
import { failureReason, type Failure } from '../model/failure.ts';
import type { JsonObject } from '../model/json.ts';
import { failureEvidence, isOurs } from './result.ts';

/**
 * What several connections to one address say. `recovered`: the first failed and every fresh repeat succeeded, a blip.
 * `intermittent`: fresh repeats failed and succeeded. `not-judged`: only failures of our own.
 */
export type AddressOutcome = 'ok' | 'recovered' | 'intermittent' | 'fails' | 'no-route' | 'not-judged';

export interface AddressRate {
  readonly address: string;
  readonly family: Family;
  readonly attempts: number;
  readonly succeeded: number;
  readonly outcome: AddressOutcome;
  /** The first failure at this address that is the peer's; one of our own when there is no other. */
  readonly failure: Failure | null;
}

/** In the order from good to bad, for the worse of two sides. */
export const HANDSHAKE_OUTCOMES = [
  'none',
  'ok',
  'recovered',
  'no-route',
  'not-judged',
  'intermittent',
  'some-fail',
  'all-fail',
] as const;
export type HandshakeOutcome = (typeof HANDSHAKE_OUTCOMES)[number];

export interface HandshakeRate {
  readonly outcome: HandshakeOutcome;
  readonly addresses: readonly AddressRate[];
  /** Of the first failing address. */
  readonly failure: Failure | null;
  /** The slowest attempt, milliseconds. */
  readonly durationMs: number;
}

/** Handshakes by address, and what they say together. Families without a route decide nothing while another can be judged. */
export function handshakeRate(handshakes: readonly Handshake[]): HandshakeRate {
  const byAddress = new Map<string, Handshake[]>();
  let durationMs = 0;
  for (const handshake of handshakes) {
    durationMs = Math.max(durationMs, handshake.result.durationMs);
    const attempts = byAddress.get(handshake.address);
    if (attempts === undefined) byAddress.set(handshake.address, [handshake]);
    else attempts.push(handshake);
  }
  const addresses = [...byAddress.values()].map(addressRate);
  const failing = addresses.find(({ outcome }) => outcome === 'fails' || outcome === 'intermittent');
  const failure = failing?.failure ?? addresses.find((address) => address.failure !== null)?.failure ?? null;
  return { outcome: together(addresses), addresses, failure, durationMs };
}

function addressRate(attempts: readonly Handshake[]): AddressRate {
  const ordered = attempts.length > 1 ? attempts.toSorted((a, b) => a.attempt - b.attempt) : attempts;
  let succeeded = 0;
  let failed = 0;
  let noRoute = 0;
  let firstFailed = false;
  let failure: Failure | null = null;
  for (const { result } of ordered) {
    if (result.outcome === 'observed') succeeded += 1;
    else if (isOurs(result.failure)) {
      if (result.failure.code === 'no-route') noRoute += 1;
      failure ??= result.failure;
    } else {
      if (succeeded === 0 && failed === 0) firstFailed = true;
      if (failed === 0) failure = result.failure;
      failed += 1;
    }
  }
  const { address = '', family = 'ipv4' } = ordered[0] ?? {};
  const base = { address, family, attempts: ordered.length, succeeded, failure };
  if (failed === 0) {
    if (succeeded > 0) return { ...base, outcome: 'ok' };
    return { ...base, outcome: noRoute > 0 ? 'no-route' : 'not-judged' };
  }
  if (succeeded === 0) return { ...base, outcome: 'fails' };
  return { ...base, outcome: firstFailed && failed === 1 ? 'recovered' : 'intermittent' };
}

function together(addresses: readonly AddressRate[]): HandshakeOutcome {
  if (addresses.length === 0) return 'none';
  let judged = 0;
  let fails = 0;
  const seen = new Set<AddressOutcome>();
  for (const { outcome } of addresses) {
    seen.add(outcome);
    if (outcome === 'no-route' || outcome === 'not-judged') continue;
    judged += 1;
    if (outcome === 'fails') fails += 1;
  }
  if (judged === 0) return seen.has('not-judged') ? 'not-judged' : 'no-route';
  if (fails === judged) return 'all-fail';
  if (fails > 0) return 'some-fail';
  if (seen.has('intermittent')) return 'intermittent';
  // "Every address" cannot be said while one was not judged.
  if (seen.has('not-judged')) return 'not-judged';
  return seen.has('recovered') ? 'recovered' : 'ok';
}

/** The worse of two sides, for example of an edge and of what lies behind it. */
export function worseRate(a: HandshakeRate, b: HandshakeRate): HandshakeRate {
  return HANDSHAKE_OUTCOMES.indexOf(b.outcome) > HANDSHAKE_OUTCOMES.indexOf(a.outcome) ? b : a;
}

/** Addresses at which no attempt, or not every fresh one, succeeds. */
export function failingAddresses(rate: HandshakeRate): readonly AddressRate[] {
  return rate.addresses.filter(({ outcome }) => outcome === 'fails' || outcome === 'intermittent');
}

/** Did any connection get as far as a TCP connection? */
export function anyConnection(handshakes: readonly Handshake[]): boolean {
  return handshakes.some(({ result, connectMs }) => connectMs !== null || result.outcome === 'observed');
}

const MOST_ADDRESSES = 32;

/** Evidence: each address with its rate; bounded, since a tenant decides how many addresses its name has. */
export function rateEvidence(rate: HandshakeRate): readonly JsonObject[] {
  return rate.addresses
    .slice(0, MOST_ADDRESSES)
    .map(({ address, outcome, attempts, succeeded, failure }) => ({
      address,
      outcome,
      attempts,
      succeeded,
      ...(failure === null ? {} : { reason: failureReason(failure), failure: failureEvidence(failure) }),
    }));
}
