import type { Family } from '../model/dns.ts';
import { MINUTE_MS, type Clock } from '../model/time.ts';
import { keepYoungest } from './keep-youngest.ts';

/** No answer is believed for longer, whatever its TTL. */
const MAX_KEEP_MS = 5 * MINUTE_MS;
/** Twice the fleet that the product is measured with. */
const MAX_NAMES = 20_000;

/**
 * Where a name led, for the TTL of that answer (RFC 1035 section 3.2.1). For names whose addresses are not what is judged:
 * it spares the resolvers a question for each tenant and minute, and their trouble does not hide that an app answers.
 */
export interface AddressMemory {
  readonly recall: (name: string, family: Family) => string | undefined;
  readonly keep: (name: string, family: Family, address: string, ttlMs: number) => void;
  readonly forget: (name: string, family: Family) => void;
}

interface Kept {
  readonly address: string;
  readonly untilMs: number;
}

export function createAddressMemory(clock: Pick<Clock, 'monotonicMs'>): AddressMemory {
  const families: Readonly<Record<Family, Map<string, Kept>>> = { ipv4: new Map(), ipv6: new Map() };
  return {
    recall: (name, family) => {
      const kept = families[family].get(name);
      return kept !== undefined && clock.monotonicMs() < kept.untilMs ? kept.address : undefined;
    },
    keep: (name, family, address, ttlMs) => {
      const untilMs = clock.monotonicMs() + Math.min(ttlMs, MAX_KEEP_MS);
      keepYoungest(families[family], name, { address, untilMs }, MAX_NAMES);
    },
    forget: (name, family) => {
      families[family].delete(name);
    },
  };
}
