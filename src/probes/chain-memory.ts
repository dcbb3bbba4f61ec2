import type { X509Certificate } from 'node:crypto';
import { MINUTE_MS, type Clock } from '../model/time.ts';
import { keepYoungest } from './keep-youngest.ts';

/** How long OpenSSL's good word for a chain is taken; then it is asked again. */
const KEEP_MS = 5 * MINUTE_MS;
/** A platform has a handful of chains and parent domains; more are custom domains, or somebody playing. */
const MAX_REMEMBERED = 1024;
/** Longer chains are always judged anew. */
const MAX_LENGTH = 10;

/**
 * Remembers the chains that OpenSSL found good, so that ten thousand names behind one wildcard do not cost ten thousand
 * verifications of the same three certificates: that is a third of a handshake's CPU. Only `trusted` is ever remembered,
 * for exactly these certificates in this order, while all of them are within their dates; every handshake proves anew that
 * the server holds the leaf's key.
 */
export interface ChainMemory {
  /** Is a chain that is remembered likely to be served for this name? Then the handshake may leave out judging it. */
  readonly expects: (serverName: string) => boolean;
  readonly knows: (leaf: X509Certificate) => boolean;
  readonly remember: (serverName: string, leaf: X509Certificate) => void;
  /** Another chain came than was expected: this name's next handshakes judge it. */
  readonly distrust: (serverName: string) => void;
}

interface Dates {
  readonly notBefore: number;
  readonly notAfter: number;
  readonly untilMs: number;
}

export function createChainMemory(clock: Pick<Clock, 'now' | 'monotonicMs'>): ChainMemory {
  const chains = new Map<string, Dates>();
  /** Parent domains of names that such chains were served for, and names that went their own way. */
  const parents = new Map<string, number>();
  const odd = new Map<string, number>();

  const isFresh = (memory: ReadonlyMap<string, number>, key: string): boolean =>
    (memory.get(key) ?? -Infinity) > clock.monotonicMs();

  return {
    expects: (serverName) => isFresh(parents, parentOf(serverName)) && !isFresh(odd, serverName),
    knows: (leaf) => {
      const dates = chains.get(fingerprintOf(chainOf(leaf)));
      const now = clock.now();
      return (
        dates !== undefined &&
        clock.monotonicMs() < dates.untilMs &&
        dates.notBefore <= now &&
        now <= dates.notAfter
      );
    },
    remember: (serverName, leaf) => {
      const chain = chainOf(leaf);
      if (chain.length > MAX_LENGTH) return;
      const untilMs = clock.monotonicMs() + KEEP_MS;
      const dates: Dates = {
        // A date that cannot be read makes these NaN, and nothing is ever within them.
        notBefore: Math.max(...chain.map(({ validFromDate }) => validFromDate.getTime())),
        notAfter: Math.min(...chain.map(({ validToDate }) => validToDate.getTime())),
        untilMs,
      };
      keepYoungest(chains, fingerprintOf(chain), dates, MAX_REMEMBERED);
      keepYoungest(parents, parentOf(serverName), untilMs, MAX_REMEMBERED);
    },
    distrust: (serverName) => {
      keepYoungest(odd, serverName, clock.monotonicMs() + KEEP_MS, MAX_REMEMBERED);
    },
  };
}

/** As the server sent them: Node links them in that order. */
function chainOf(leaf: X509Certificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (
    let current: X509Certificate | undefined = leaf;
    current !== undefined && chain.length <= MAX_LENGTH;
    current = current.issuerCertificate
  )
    chain.push(current);
  return chain;
}

function fingerprintOf(chain: readonly X509Certificate[]): string {
  return chain.map(({ fingerprint256 }) => fingerprint256).join(' ');
}

function parentOf(serverName: string): string {
  return serverName.slice(serverName.indexOf('.') + 1);
}
