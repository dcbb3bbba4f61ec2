import { normalizeHostname } from '../model/hostname.ts';

/** A record of the kinds that the sandbox serves. `data`: an address, a name, or the text of a TXT record. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'NS' | 'TXT';
  readonly ttl: number;
  readonly data: string;
}

export type RecordKind = ZoneRecord['type'];

/** The nodes of one zone. Everything that the lookup algorithm needs to know of it. */
export interface Zone {
  /** Normalized name of the apex. */
  readonly origin: string;
  /** Records at the node; empty for an empty non-terminal; undefined where no node exists. */
  readonly node: (name: string) => readonly ZoneRecord[] | undefined;
  /** The zone as it is now, unaffected by later changes. */
  readonly frozen: () => Zone;
}

export interface EditableZone extends Zone {
  readonly add: (record: Omit<ZoneRecord, 'ttl'> & { readonly ttl?: number }) => void;
  /** Removes the records of the name, of one type or of all; returns how many went. */
  readonly remove: (name: string, type?: RecordKind) => number;
  readonly records: () => readonly ZoneRecord[];
}

/** Seconds; what Cloudflare serves for a record whose TTL is "auto". */
export const DEFAULT_TTL = 300;
/** SOA minimum, seconds: how long a negative answer may be cached (RFC 2308 section 5). */
export const NEGATIVE_TTL = 60;

export function createZone(origin: string, initial: readonly ZoneRecord[] = []): EditableZone {
  const apex = normalizeHostname(origin);
  const nodes = new Map<string, ZoneRecord[]>([[apex, []]]);

  const zone: EditableZone = {
    origin: apex,
    node: (name) => nodes.get(name),
    frozen: () => createZone(apex, zone.records()),
    records: () => [...nodes.values()].flat(),
    add: (given) => {
      const name = normalizeHostname(given.name);
      if (name !== apex && !name.endsWith(`.${apex}`))
        throw new Error(`${name} lies outside the zone ${apex}`);
      // RFC 4592 section 2.2.2: every name between a record and the apex exists, with or without records of its own.
      for (let node = name; node !== apex; node = parent(node)) if (!nodes.has(node)) nodes.set(node, []);
      nodes.get(name)?.push({ ttl: DEFAULT_TTL, ...given, name });
    },
    remove: (given, type) => {
      const name = normalizeHostname(given);
      const records = nodes.get(name) ?? [];
      const kept = type === undefined ? [] : records.filter((record) => record.type !== type);
      if (nodes.has(name)) nodes.set(name, kept);
      // Nodes that hold nothing and lead nowhere cease to exist.
      for (let node = name; node !== apex && node.endsWith(`.${apex}`); node = parent(node)) {
        const hasChildren = [...nodes.keys()].some((other) => other.endsWith(`.${node}`));
        if (hasChildren || (nodes.get(node)?.length ?? 0) > 0) break;
        nodes.delete(node);
      }
      return records.length - kept.length;
    },
  };
  for (const record of initial) zone.add(record);
  return zone;
}

export interface ZoneAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN';
  /** The CNAME chain and the records of the asked type, owner names as a client expects them. */
  readonly records: readonly ZoneRecord[];
  /** The zone whose SOA record proves a negative answer; null for a positive one. */
  readonly negativeFrom: string | null;
}

/** Long enough for honest chains, short enough for loops. */
const MAX_CHAIN = 8;

/** Answers a question from a set of zones: RFC 1034 section 4.3.2 with the wildcards of RFC 4592. Null: not our zone. */
export function answerFrom(zones: readonly Zone[], question: string, type: string): ZoneAnswer | null {
  const chain: ZoneRecord[] = [];
  let name = normalizeHostname(question);
  for (let step = 0; step < MAX_CHAIN; step += 1) {
    const zone = zoneOf(zones, name);
    if (zone === undefined)
      return chain.length > 0 ? { rcode: 'NOERROR', records: chain, negativeFrom: null } : null;
    const records = recordsAt(zone, name);
    if (records === undefined) return { rcode: 'NXDOMAIN', records: chain, negativeFrom: zone.origin };
    const matching = records.filter((record) => record.type === type || type === 'ANY');
    if (matching.length > 0)
      return { rcode: 'NOERROR', records: [...chain, ...matching], negativeFrom: null };
    const alias = records.find((record) => record.type === 'CNAME');
    if (alias === undefined) return { rcode: 'NOERROR', records: chain, negativeFrom: zone.origin };
    chain.push(alias);
    name = normalizeHostname(alias.data);
  }
  return { rcode: 'NOERROR', records: chain, negativeFrom: null };
}

/** The records at the name, or those that a wildcard yields for it; undefined when the name does not exist. */
function recordsAt(zone: Zone, name: string): readonly ZoneRecord[] | undefined {
  const exact = zone.node(name);
  if (exact !== undefined) return exact;
  // The closest encloser is the longest existing ancestor; only the asterisk directly below it counts (RFC 4592 section 3.3.1).
  let encloser = parent(name);
  while (encloser !== zone.origin && zone.node(encloser) === undefined) encloser = parent(encloser);
  return zone.node(`*.${encloser}`)?.map((record) => ({ ...record, name }));
}

/** The zone that the normalized name belongs to: the one with the longest origin. */
export function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  return zones
    .filter(({ origin }) => name === origin || name.endsWith(`.${origin}`))
    .reduce<Zone | undefined>(
      (best, zone) => (zone.origin.length > (best?.origin.length ?? 0) ? zone : best),
      undefined,
    );
}

function parent(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}
