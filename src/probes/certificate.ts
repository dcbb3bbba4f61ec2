import type { TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../model/connection.ts';
import { coversHostname } from '../model/hostname.ts';
import { plainText } from '../model/text.ts';
import type { Clock } from '../model/time.ts';
import { dnsNamesOf } from './certificate-names.ts';
import type { ChainMemory } from './chain-memory.ts';
import { createChainWalk } from './chain-trust.ts';
import { stopped } from './deadline.ts';
import { trustOfVerifyCode } from './failure.ts';
import { keepYoungest } from './keep-youngest.ts';
import { plainName } from './plain-name.ts';

type LeafFacts = Omit<CertificateFacts, 'trust'>;

/** One wildcard serves all tenants; the rest are direct hosts and tenants in trouble. */
const MAX_CACHED = 256;

/**
 * @param judged whether the handshake had OpenSSL judge the chain
 * @returns undefined when it had not, and this chain is not one that was found good lately: to be handshaken again
 */
export type CertificateReader = (
  socket: TLSSocket,
  serverName: string,
  judged: boolean,
) => CertificateFacts | undefined;

/**
 * Reads the facts of the served certificate. They are kept by fingerprint, so that a leaf that many handshakes serve is
 * taken apart once; trust is judged for each chain, since the same leaf can come with another one.
 */
export function createCertificateReader(options: {
  readonly clock: Clock;
  readonly roots: () => readonly string[];
  readonly memory: ChainMemory;
}): CertificateReader {
  const cache = new Map<string, LeafFacts>();
  const walk = createChainWalk(options.roots);

  const leafFacts = (leaf: X509Certificate): LeafFacts => {
    const key = leaf.fingerprint256;
    const facts = cache.get(key) ?? readLeaf(leaf);
    keepYoungest(cache, key, facts, MAX_CACHED);
    return facts;
  };

  return (socket, serverName, judged) => {
    const leaf = socket.getPeerX509Certificate();
    if (leaf === undefined) throw stopped('handshake', 'protocol', 'the server presented no certificate');
    if (!judged && !options.memory.knows(leaf)) return undefined;
    const facts = leafFacts(leaf);
    const trust = judged ? judgedTrust(socket, serverName, leaf, facts) : 'trusted';
    return { ...facts, names: namesFor(leaf, facts, serverName), trust };
  };

  function judgedTrust(
    socket: TLSSocket,
    serverName: string,
    leaf: X509Certificate,
    facts: LeafFacts,
  ): CertificateFacts['trust'] {
    const trust = trustOfVerifyCode(verifyCode(socket));
    if (trust === 'trusted') options.memory.remember(serverName, leaf);
    return trust ?? trustDespiteDates(leaf, facts);
  }

  function trustDespiteDates(leaf: X509Certificate, facts: LeafFacts): CertificateFacts['trust'] {
    const now = options.clock.now();
    // The leaf is within its dates, so it is a certificate above it that is not: no visitor accepts that.
    if (facts.notBefore <= now && now <= facts.notAfter) return 'invalid-chain';
    return walk(leaf);
  }
}

function readLeaf(leaf: X509Certificate): LeafFacts {
  return {
    names: dnsNamesOf(leaf.subjectAltName ?? ''),
    subject: plainText(leaf.subject.replaceAll('\n', ', ')),
    issuer: plainText(leaf.issuer.replaceAll('\n', ', ')),
    notBefore: epochMs(leaf.validFromDate),
    notAfter: epochMs(leaf.validToDate),
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** A name past the bound on the list still counts when it is the one that covers the host. */
function namesFor(leaf: X509Certificate, facts: LeafFacts, serverName: string): readonly string[] {
  if (facts.names.length < 100 || facts.names.some((name) => coversHostname(name, serverName)))
    return facts.names;
  const covering = leaf.checkHost(serverName, { subject: 'never' });
  return covering === undefined ? facts.names : [plainName(covering), ...facts.names.slice(0, 99)];
}

/** A date that cannot be read is one that has passed: 0. */
function epochMs(date: Date): number {
  const ms = date.getTime();
  return Number.isFinite(ms) ? ms : 0;
}

/** OpenSSL's verification result; null when it has nothing against the chain. Typed as Error, it is a code. */
function verifyCode(socket: TLSSocket): string | null {
  const code: unknown = socket.authorizationError;
  if (socket.authorized || code === null || code === undefined) return null;
  if (typeof code === 'string') return code;
  return typeof code === 'object' && 'code' in code && typeof code.code === 'string'
    ? code.code
    : 'UNSPECIFIED';
}
