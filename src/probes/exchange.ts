import type { Handshake, HttpFacts } from '../model/connection.ts';
import { notTaken, type Failed, type Taken } from '../model/observation.ts';
import {
  attemptHandshake,
  SITE_PROTOCOLS,
  type HandshakeSettings,
  type HandshakeTarget,
} from './handshake.ts';
import { getOver, type HttpSettings } from './http-request.ts';
import { observe } from './observe.ts';

export interface Exchange {
  readonly handshake: Handshake;
  readonly site: Taken<HttpFacts>;
}

/**
 * Handshake, then a GET on that same connection: what is said of the certificate and of the answer is about one and the
 * same server. A TLS 1.3 server may refuse only after our side is done; that is a handshake that failed, with a certificate
 * that was served all the same. Never rejects.
 *
 * @param onSlow told when the handshake takes long; the answer may
 */
export async function exchange(
  target: HandshakeTarget,
  settings: HandshakeSettings & HttpSettings,
  signal: AbortSignal,
  onSlow?: () => void,
): Promise<Exchange> {
  const { handshake, socket } = await attemptHandshake(target, SITE_PROTOCOLS, settings, signal, onSlow);
  if (socket === null) return { handshake, site: notTaken('no-connection') };
  const request = {
    scheme: 'https',
    hostname: target.serverName,
    port: target.port,
    path: '/',
  } as const;
  const site = await observe(settings.clock, 'request', () => getOver(socket, request, settings, signal));
  if (site.outcome === 'failed' && site.failure.phase === 'handshake')
    return { handshake: refused(handshake, site), site: notTaken('no-connection') };
  return { handshake, site };
}

function refused(handshake: Handshake, { durationMs, failure }: Failed): Handshake {
  const { result } = handshake;
  return {
    ...handshake,
    handshakeMs: null,
    result: { outcome: 'failed', at: result.at, durationMs: result.durationMs + durationMs, failure },
    ...(result.outcome === 'observed' ? { served: result.facts.certificate } : {}),
  };
}
