import type { DnsAnswer, DnsLookup, Family } from '../model/dns.ts';
import type { Observation } from '../model/observation.ts';
import type { Clock } from '../model/time.ts';
import { readAnswer } from './dns-answer.ts';
import type { Response } from './dns-message.ts';
import { ask } from './dns-query.ts';
import { parseEndpoint } from './endpoint.ts';
import { observe } from './observe.ts';
import { stopped } from './deadline.ts';

/** A DNS server to ask. */
export interface Server {
  /** `ip:port`, `[v6]:port`. */
  readonly address: string;
  readonly role: 'resolver' | 'authoritative';
}

export interface LookupOptions {
  readonly clock: Clock;
  /** Bound of one question, milliseconds. */
  readonly timeoutMs: number;
}

const DNS_PORT = 53;

/** A and AAAA of a name side by side, at one server. Never rejects. */
export async function lookup(
  name: string,
  server: Server,
  options: LookupOptions,
  signal: AbortSignal,
): Promise<DnsLookup> {
  const [ipv4, ipv6] = await Promise.all([
    lookupFamily(name, 'ipv4', server, options, signal),
    lookupFamily(name, 'ipv6', server, options, signal),
  ]);
  return { server: server.address, role: server.role, name, ipv4, ipv6 };
}

/** The addresses of one family. Never rejects. */
export function lookupFamily(
  name: string,
  family: Family,
  server: Server,
  options: LookupOptions,
  signal: AbortSignal,
): Promise<Observation<DnsAnswer>> {
  return observe(options.clock, 'resolve', async () => {
    const endpoint = serverEndpoint(server.address);
    const question = {
      name: name.toLowerCase(),
      type: family === 'ipv4' ? ('A' as const) : ('AAAA' as const),
    };
    const response = await ask(
      question,
      endpoint,
      { recursion: server.role === 'resolver', timeoutMs: options.timeoutMs },
      signal,
    );
    if (server.role === 'authoritative' && isReferral(response))
      throw stopped('resolve', 'redirected', 'the server refers to other name servers for this name');
    return readAnswer(question, response);
  });
}

/** Where a server of the configuration listens; throws a ProbeError for what is no address. */
export function serverEndpoint(address: string): ReturnType<typeof parseEndpoint> & object {
  const endpoint = parseEndpoint(address, DNS_PORT);
  if (endpoint === undefined) throw stopped('resolve', 'internal', 'the server is not given as ip:port');
  return endpoint;
}

/** Others are responsible (RFC 1034 section 4.3.2, step 3b): no word on the name, and not "no such data". */
function isReferral({ rcode, authoritative, answers, authorities }: Response): boolean {
  return (
    rcode === 'NOERROR' &&
    !authoritative &&
    answers.length === 0 &&
    authorities.some(({ type }) => type === 'NS') &&
    !authorities.some(({ type }) => type === 'SOA')
  );
}
