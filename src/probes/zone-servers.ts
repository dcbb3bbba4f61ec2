import type { Family } from '../model/dns.ts';
import { FAMILIES } from '../model/dns.ts';
import { isHostname, isWithinDomain, normalizeHostname } from '../model/hostname.ts';
import type { Observation } from '../model/observation.ts';
import { isForbiddenAddress } from './address-policy.ts';
import { stopped } from './deadline.ts';
import type { Response } from './dns-message.ts';
import { familyOf, formatEndpoint, parseEndpoint } from './endpoint.ts';
import { observe } from './observe.ts';
import { askResolvers, resolveFamily, type ResolverOptions } from './resolve.ts';

/** Zones have two to eight name servers; more are not worth asking. */
const MAX_SERVERS = 8;
const MAX_ADDRESSES = 16;
/** Queries to find the zone's apex; names are at most 127 labels deep, domains that people register three or four. */
const MAX_STEPS = 10;
const DNS_PORT = 53;

export interface ZoneOptions extends ResolverOptions {
  readonly allowPrivateAddresses: boolean;
}

/**
 * The addresses of the name servers of the zone that holds the domain, found through the resolvers: the NS records of
 * the domain, of the apex that a negative answer's SOA names, or of the next name up. One address of each server comes first, so
 * that whoever asks a few asks different servers. Never rejects.
 */
export function zoneServers(
  domain: string,
  options: ZoneOptions,
  signal: AbortSignal,
): Promise<Observation<readonly string[]>> {
  return observe(options.clock, 'resolve', async () => {
    const names = await nameServers(normalizeHostname(domain), options, signal);
    const found = await Promise.all(
      familiesFor(options.resolvers).map(async (family) =>
        inTurn(await Promise.all(names.map((name) => addressesOf(name, family, options, signal)))),
      ),
    );
    const addresses = [...new Set(found.flat())].slice(0, MAX_ADDRESSES);
    if (addresses.length === 0)
      throw stopped('resolve', 'no-address', "the zone's name servers have no usable address");
    return addresses.map((address) => formatEndpoint({ address, port: DNS_PORT }));
  });
}

/** The family in which the resolvers are reached first: it works here. */
function familiesFor(resolvers: readonly string[]): readonly Family[] {
  const first = parseEndpoint(resolvers[0] ?? '', DNS_PORT);
  return first !== undefined && familyOf(first.address) === 'ipv6' ? FAMILIES.toReversed() : FAMILIES;
}

/** The first of each list, then the second of each. */
function inTurn(lists: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}

async function nameServers(
  domain: string,
  options: ZoneOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  let name = domain;
  for (let step = 0; step < MAX_STEPS && isHostname(name); step += 1) {
    const response = await askResolvers({ name, type: 'NS' }, options, signal);
    const servers = namesIn(response, name);
    if (servers.length > 0) return servers;
    const apex = soaOwner(response, name);
    // An SOA of the name itself without NS records leads nowhere but up.
    name = apex !== undefined && apex !== name ? apex : name.slice(name.indexOf('.') + 1);
  }
  throw stopped('resolve', 'no-address', 'no name servers were found for the zone');
}

function namesIn(response: Response, owner: string): readonly string[] {
  const names = response.answers
    .filter((record) => record.type === 'NS' && normalizeHostname(record.name) === owner)
    .map((record) => (typeof record.data === 'string' ? normalizeHostname(record.data) : ''))
    .filter(isHostname);
  return [...new Set(names)].sort().slice(0, MAX_SERVERS);
}

/** The zone apex above the name, as the SOA of a negative answer tells it; only believed on the way up. */
function soaOwner(response: Response, name: string): string | undefined {
  const soa = response.authorities.find((record) => record.type === 'SOA');
  if (soa === undefined) return undefined;
  const owner = normalizeHostname(soa.name);
  return isHostname(owner) && isWithinDomain(name, owner) ? owner : undefined;
}

async function addressesOf(
  name: string,
  family: Family,
  options: ZoneOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = await resolveFamily(name, family, options, signal);
  if (answer.outcome === 'failed') return []; // one server that cannot be found leaves the others
  return answer.facts.addresses.filter(
    (address) => options.allowPrivateAddresses || !isForbiddenAddress(address),
  );
}
