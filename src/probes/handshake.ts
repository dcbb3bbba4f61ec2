import type { SecureContext, TLSSocket } from 'node:tls';
import type { Handshake, TlsFacts } from '../model/connection.ts';
import type { Failure, FailureCode } from '../model/failure.ts';
import type { Priority } from '../model/priority.ts';
import { isForbiddenAddress } from './address-policy.ts';
import type { CertificateReader } from './certificate.ts';
import type { ChainMemory } from './chain-memory.ts';
import { familyOf } from './endpoint.ts';
import { nameFailure } from './failure.ts';
import type { HandshakeBudget } from './handshake-budget.ts';
import { openTls, type Opened, type TlsSettings } from './open-tls.ts';
import type { TrustAnchors } from './secure-context.ts';

export interface HandshakeTarget {
  /** IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** The SNI, and the host that is asked for. */
  readonly serverName: string;
  /** 1 for the first connection to this address, higher for fresh repeats. */
  readonly attempt: number;
  readonly priority: Priority;
}

export interface HandshakeSettings extends TlsSettings {
  readonly allowPrivateAddresses: boolean;
  readonly handshakes: HandshakeBudget;
  readonly anchors: Pick<TrustAnchors, 'judging' | 'lean'>;
  readonly chains: Pick<ChainMemory, 'expects' | 'distrust'>;
  readonly readCertificate: CertificateReader;
}

/** The protocols that a site may be asked in, in the order of preference that browsers have. */
export const SITE_PROTOCOLS = ['h2', 'http/1.1'] as const;

/** A handshake as observed, and its socket while it still stands: the caller's to use and to destroy. */
export interface HandshakeAttempt {
  readonly handshake: Handshake;
  readonly socket: TLSSocket | null;
}

/** A connection that was tried, and when: waiting for the budget is not the server's time. */
export interface Attempt {
  readonly at: number;
  readonly startedMs: number;
  readonly opened: Opened;
}

/** A handshake that takes longer is told as slow while it goes on; of a short timeout half. */
const SLOW_MS = 2_000;

/**
 * Checks the address, waits for the budget, connects and shakes hands. Never rejects.
 *
 * @param onSlow told when the server takes long; waiting for the budget is not the server's time
 */
export async function openWithinBudget(
  target: HandshakeTarget,
  protocols: readonly string[],
  context: SecureContext,
  settings: HandshakeSettings,
  signal: AbortSignal,
  onSlow?: () => void,
): Promise<Attempt> {
  const { clock } = settings;
  const refused = (code: FailureCode, detail: string): Attempt => ({
    at: clock.now(),
    startedMs: clock.monotonicMs(),
    opened: { outcome: 'failed', failure: { phase: 'connect', code, detail }, connectMs: null },
  });
  if (!settings.allowPrivateAddresses && isForbiddenAddress(target.address))
    return refused('address-forbidden', 'the address is not on the public internet: not connected to');
  try {
    await settings.handshakes.take(target.priority, signal);
  } catch {
    return refused('aborted', 'stopped while waiting for the handshake budget');
  }
  const at = clock.now();
  const startedMs = clock.monotonicMs();
  const slow = onSlow && setTimeout(onSlow, Math.min(SLOW_MS, settings.timeoutMs / 2));
  const opened = await openTls(target, target.serverName, protocols, context, settings, signal);
  clearTimeout(slow);
  return { at, startedMs, opened };
}

/** A handshake and the facts of the certificate that came with it. Never rejects. */
export async function attemptHandshake(
  target: HandshakeTarget,
  protocols: readonly string[],
  settings: HandshakeSettings,
  signal: AbortSignal,
  onSlow?: () => void,
): Promise<HandshakeAttempt> {
  const { address, port, serverName, attempt } = target;
  const judged = !settings.chains.expects(serverName);
  const context = judged ? settings.anchors.judging : settings.anchors.lean;
  const { at, startedMs, opened } = await openWithinBudget(
    target,
    protocols,
    context,
    settings,
    signal,
    onSlow,
  );
  const report = (
    result: Handshake['result'],
    connectMs: number | null,
    handshakeMs: number | null,
  ): Handshake => ({
    address,
    family: familyOf(address),
    port,
    serverName,
    attempt,
    result,
    connectMs,
    handshakeMs,
  });
  const failed = (failure: Failure, connectMs: number | null): HandshakeAttempt => {
    const durationMs = settings.clock.monotonicMs() - startedMs;
    return {
      handshake: report({ outcome: 'failed', at, durationMs, failure }, connectMs, null),
      socket: null,
    };
  };
  if (opened.outcome === 'failed') return failed(opened.failure, opened.connectMs);
  const { socket, connectMs, handshakeMs } = opened;
  try {
    const certificate = settings.readCertificate(socket, serverName, judged);
    if (certificate === undefined) {
      // Another chain than its neighbours': once more, and this time it is judged.
      socket.destroy();
      settings.chains.distrust(serverName);
      return await attemptHandshake(target, protocols, settings, signal, onSlow);
    }
    const facts: TlsFacts = {
      version: socket.getProtocol() ?? 'unknown',
      alpn: socket.alpnProtocol === 'h2' || socket.alpnProtocol === 'http/1.1' ? socket.alpnProtocol : null,
      certificate,
    };
    const result = { outcome: 'observed', at, durationMs: connectMs + handshakeMs, facts } as const;
    return { handshake: report(result, connectMs, handshakeMs), socket };
  } catch (error) {
    socket.destroy();
    return failed(nameFailure(error, 'handshake'), connectMs);
  }
}
