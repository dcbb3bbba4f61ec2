import net from 'node:net';
import type { DnsAnswer, Rcode } from '../model/dns.ts';
import { normalizeHostname } from '../model/hostname.ts';
import { stopped } from './deadline.ts';
import type { Question, ResourceRecord, Response } from './dns-message.ts';
import { plainName } from './plain-name.ts';

/** Longer chains are followed by no resolver. */
const MAX_CHAIN = 16;
const MAX_ADDRESSES = 256;

/**
 * The facts of a response to an address question: its CNAME chain from the owner name, and the addresses at its end.
 * Records about other names are nobody's question. Throws when the whole answer is about other names.
 */
export function readAnswer(question: Question, response: Response): DnsAnswer {
  const { names, records } = followChain(question.name, response.answers);
  const end = names.at(-1) ?? question.name;
  const looping = names.slice(0, -1).includes(end);
  const wanted = looping
    ? []
    : response.answers.filter(
        (record) => record.type === question.type && normalizeHostname(record.name) === end,
      );
  const addresses = new Set<string>();
  for (const record of wanted) {
    const address = typeof record.data === 'string' ? canonicalAddress(record.data) : undefined;
    if (address === undefined) throw stopped('resolve', 'malformed', 'an address in the answer is none');
    addresses.add(address);
  }
  if (addresses.size === 0 && names.length === 1 && isAboutOthers(question.name, response.answers)) {
    throw stopped('resolve', 'protocol', 'the server answered about other names than the one asked for');
  }
  const used = [...records, ...wanted];
  return {
    rcode: toRcode(response.rcode),
    authoritative: response.authoritative,
    cnames: names.slice(1).map(plainName),
    addresses: [...addresses].sort(inAddressOrder).slice(0, MAX_ADDRESSES),
    addressCount: addresses.size,
    ttlSeconds:
      used.length === 0
        ? negativeTtl(response.authorities)
        : Math.min(...used.slice(0, MAX_ADDRESSES + MAX_CHAIN).map((record) => record.ttlSeconds)),
  };
}

/** The owner name and the targets after it, in order; a loop ends with the name that closes it. */
function followChain(
  owner: string,
  answers: readonly ResourceRecord[],
): { readonly names: readonly string[]; readonly records: readonly ResourceRecord[] } {
  const byOwner = new Map<string, ResourceRecord>();
  for (const record of answers) {
    if (record.type === 'CNAME') byOwner.set(normalizeHostname(record.name), record);
  }
  const names = [owner];
  const records: ResourceRecord[] = [];
  let current = byOwner.get(owner);
  while (current !== undefined && names.length <= MAX_CHAIN && typeof current.data === 'string') {
    const target = normalizeHostname(current.data);
    const closesLoop = names.includes(target);
    names.push(target);
    records.push(current);
    current = closesLoop ? undefined : byOwner.get(target);
  }
  return { names, records };
}

function isAboutOthers(owner: string, answers: readonly ResourceRecord[]): boolean {
  const telling = answers.filter((record) => ['A', 'AAAA', 'CNAME'].includes(record.type));
  return telling.length > 0 && telling.every((record) => normalizeHostname(record.name) !== owner);
}

/** How long the absence may be cached: the smaller of the SOA's TTL and its last field (RFC 2308 section 5). */
function negativeTtl(authorities: readonly ResourceRecord[]): number | null {
  const soa = authorities.find((record) => record.type === 'SOA');
  if (soa === undefined || typeof soa.data !== 'object' || soa.data === null) return null;
  const minimum = 'minimum' in soa.data && typeof soa.data.minimum === 'number' ? soa.data.minimum : 0;
  return Math.min(soa.ttlSeconds, minimum);
}

/** One spelling for each address (RFC 5952), so that sets can be compared as text. */
function canonicalAddress(text: string): string | undefined {
  switch (net.isIP(text)) {
    case 4:
      return text;
    case 6:
      return new net.SocketAddress({ address: text, family: 'ipv6' }).address;
    default:
      return undefined;
  }
}

function inAddressOrder(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function toRcode(rcode: string): Rcode {
  switch (rcode) {
    case 'NOERROR':
    case 'NXDOMAIN':
    case 'SERVFAIL':
    case 'REFUSED':
      return rcode;
    default:
      return 'OTHER';
  }
}
