import net from 'node:net';
import { FAMILIES } from '../model/dns.ts';
import type { Witness } from '../model/snapshot.ts';
import { stopped } from './deadline.ts';
import { parseEndpoint, type Endpoint } from './endpoint.ts';
import { observe } from './observe.ts';
import { openTcp } from './open-tcp.ts';
import { resolveFamily, type ResolverOptions } from './resolve.ts';

/** A witness that takes longer proves nothing in time. */
const MAX_TIMEOUT_MS = 5_000;

/**
 * A TCP connection to a place that has nothing to do with the platform: `ip:port`, or `name:port` found through the
 * resolvers. It is configured by the operator, so private addresses are welcome. Never rejects.
 */
export async function witness(
  name: string,
  address: string,
  options: ResolverOptions,
  signal: AbortSignal,
): Promise<Witness> {
  const timeoutMs = Math.min(options.timeoutMs, MAX_TIMEOUT_MS);
  const result = await observe(options.clock, 'connect', async () => {
    const endpoint = await locate(address, options, signal);
    const startedMs = options.clock.monotonicMs();
    const socket = await openTcp(endpoint, timeoutMs, signal);
    socket.destroy();
    return { connectMs: options.clock.monotonicMs() - startedMs };
  });
  return { name, result };
}

async function locate(address: string, options: ResolverOptions, signal: AbortSignal): Promise<Endpoint> {
  const endpoint = parseEndpoint(address, 443);
  if (endpoint !== undefined) return endpoint;
  const [, host = '', portText = '443'] = /^([^:]+)(?::(\d{1,5}))?$/.exec(address) ?? [];
  const port = Number(portText);
  if (host === '' || port < 1 || port > 65_535)
    throw stopped('resolve', 'internal', 'the witness is not given as ip:port or name:port');
  for (const family of FAMILIES) {
    const answer = await resolveFamily(host, family, options, signal);
    const found = answer.outcome === 'observed' ? answer.facts.addresses.find(net.isIP) : undefined;
    if (found !== undefined) return { address: found, port };
  }
  throw stopped('resolve', 'no-address', "the witness's name has no address");
}
