import type { DnsAnswer, Family } from '../model/dns.ts';
import type { Observation } from '../model/observation.ts';
import { stopped } from './deadline.ts';
import type { Question, Response } from './dns-message.ts';
import { ask } from './dns-query.ts';
import { lookupFamily, serverEndpoint, type LookupOptions } from './lookup.ts';
import { nameFailure } from './failure.ts';
import { ProbeError } from './probe-error.ts';

export interface ResolverOptions extends LookupOptions {
  /** `ip:port`, in the order in which they are asked. */
  readonly resolvers: readonly string[];
}

/** The addresses of one family from the first resolver that gives a real answer. Never rejects. */
export async function resolveFamily(
  name: string,
  family: Family,
  options: ResolverOptions,
  signal: AbortSignal,
): Promise<Observation<DnsAnswer>> {
  let last: Observation<DnsAnswer> | undefined;
  for (const address of options.resolvers) {
    last = await lookupFamily(name, family, { address, role: 'resolver' }, options, signal);
    if (last.outcome === 'observed' && isDecided(last.facts.rcode)) return last;
  }
  return (
    last ?? {
      outcome: 'failed',
      at: options.clock.now(),
      durationMs: 0,
      failure: { phase: 'resolve', code: 'internal', detail: 'no resolver is configured' },
    }
  );
}

/** Any question at the resolvers; the first real answer counts. Rejects with a ProbeError when none gives one. */
export async function askResolvers(
  question: Question,
  options: ResolverOptions,
  signal: AbortSignal,
): Promise<Response> {
  let last: ProbeError = stopped('resolve', 'internal', 'no resolver is configured');
  for (const address of options.resolvers) {
    try {
      const response = await ask(
        question,
        serverEndpoint(address),
        { recursion: true, timeoutMs: options.timeoutMs },
        signal,
      );
      if (isDecided(response.rcode)) return response;
      last = stopped('resolve', 'server-error', `the resolver answers ${response.rcode}`);
    } catch (error) {
      last = new ProbeError(nameFailure(error, 'resolve'));
    }
    if (signal.aborted) break;
  }
  throw last;
}

function isDecided(rcode: string): boolean {
  return rcode === 'NOERROR' || rcode === 'NXDOMAIN';
}
