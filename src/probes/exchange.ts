import type { Handshake, HttpFacts } from '../model/connection.ts';
import { notTaken, type Taken } from '../model/observation.ts';
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
 * same server. A TLS 1.3 server may refuse only after the handshake; that is a failure of the request. Never rejects.
 */
export async function exchange(
  target: HandshakeTarget,
  settings: HandshakeSettings & HttpSettings,
  signal: AbortSignal,
): Promise<Exchange> {
  const { handshake, socket } = await attemptHandshake(target, SITE_PROTOCOLS, settings, signal);
  if (socket === null) return { handshake, site: notTaken('no-connection') };
  const request = {
    scheme: 'https',
    hostname: target.serverName,
    port: target.port,
    path: '/',
  } as const;
  const site = await observe(settings.clock, 'request', () => getOver(socket, request, settings, signal));
  return { handshake, site };
}
