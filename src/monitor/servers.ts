import { MINUTE_MS, type Clock } from '../model/time.ts';
import type { Probes, Server } from '../probes/index.ts';

export interface ServerDirectoryOptions {
  readonly probes: Probes;
  readonly clock: Clock;
  readonly domain: string;
  /** `ip:port` of the configured resolvers. */
  readonly resolvers: readonly string[];
  /** true: find the zone's own servers; a list: these; false: do not ask them. */
  readonly authoritative: boolean | readonly string[];
}

/** Whom to ask about names. The zone's own servers may have to be found first, and nobody waits for that idly. */
export interface Servers {
  readonly resolvers: readonly Server[];
  readonly zone: Promise<readonly Server[]>;
}

export interface ServerDirectory {
  readonly servers: (signal: AbortSignal) => Servers;
}

const KEEP_MS = 15 * MINUTE_MS;
const RETRY_MS = MINUTE_MS;

/** Two of a zone's servers are enough to know the truth; all of them for each tenant would not be gentle. */
const MAX_ZONE_SERVERS = 2;

export function createServerDirectory(options: ServerDirectoryOptions): ServerDirectory {
  const { probes, clock, domain, resolvers, authoritative } = options;
  const recursive = resolvers.map((address): Server => ({ address, role: 'resolver' }));
  let found: Promise<readonly Server[]> | undefined;
  let validUntilMs = 0;

  const discover = async (signal: AbortSignal): Promise<readonly Server[]> => {
    const zone = await probes.zoneServers(domain, signal);
    if (zone.outcome === 'failed') {
      validUntilMs = clock.monotonicMs() + RETRY_MS;
      return [];
    }
    return zone.facts.slice(0, MAX_ZONE_SERVERS).map((address) => ({ address, role: 'authoritative' }));
  };

  return {
    servers: (signal) => {
      if (authoritative === false) return { resolvers: recursive, zone: Promise.resolve([]) };
      if (authoritative !== true) {
        const given = authoritative.map((address): Server => ({ address, role: 'authoritative' }));
        return { resolvers: recursive, zone: Promise.resolve(given) };
      }
      if (found === undefined || clock.monotonicMs() >= validUntilMs) {
        validUntilMs = clock.monotonicMs() + KEEP_MS;
        found = discover(signal);
      }
      return { resolvers: recursive, zone: found };
    },
  };
}
