import { AUTHORITATIVE_ANSWER, RECURSION_AVAILABLE, RECURSION_DESIRED } from 'dns-packet';
import type { Answer, DecodedPacket, Packet, Question } from 'dns-packet';
import { normalizeHostname } from '../model/hostname.ts';
import type { ActiveFault, FaultName } from './faults.ts';
import { answerFrom, NEGATIVE_TTL, zoneOf } from './zone.ts';
import type { Zone, ZoneRecord } from './zone.ts';

export type DnsRole = 'resolver' | 'authoritative';

const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
type ServedRcode = keyof typeof RCODES;

/** What this server accepts over UDP, as it says in its OPT record. */
const UDP_PAYLOAD = 1232;

export interface DnsRequest {
  readonly query: DecodedPacket;
  readonly question: Question;
  readonly role: DnsRole;
  readonly zones: readonly Zone[];
  readonly strikes: (fault: FaultName) => ActiveFault | undefined;
}

/** The response message to one question, faults of content applied. */
export function respond(request: DnsRequest): Packet {
  const { query, question, role, strikes } = request;
  const message = (
    rcode: ServedRcode,
    answers: readonly Answer[],
    authorities: readonly Answer[],
  ): Packet => ({
    type: 'response',
    id: query.id ?? 0,
    flags: flags(request, rcode),
    questions: [question],
    answers: [...answers],
    authorities: [...authorities],
    additionals: hasOpt(query) ? [opt()] : [],
  });
  const negative = (rcode: 'NOERROR' | 'NXDOMAIN', origin: string): Packet =>
    message(rcode, [], [soa(origin)]);
  const zone = zoneOf(request.zones, normalizeHostname(question.name));

  if (strikes('dns-servfail')) return message('SERVFAIL', [], []);
  if (strikes('dns-refused')) return message('REFUSED', [], []);
  if (strikes('dns-nxdomain')) return negative('NXDOMAIN', zone?.origin ?? question.name);
  if (strikes('dns-nodata')) return negative('NOERROR', zone?.origin ?? question.name);
  const lie = strikes('dns-lying');
  if (lie) return message('NOERROR', invented(question, String(lie.value ?? '127.0.0.66'), 1), []);
  const flood = strikes('dns-flood');
  if (flood) return message('NOERROR', invented(question, '127.1.0.1', Number(flood.value ?? 2000)), []);

  if (question.type === 'SOA' && zone?.origin === normalizeHostname(question.name))
    return message('NOERROR', [soa(zone.origin)], []);
  const found = answerFrom(request.zones, question.name, question.type);
  if (found === null) return role === 'resolver' ? negative('NXDOMAIN', '') : message('REFUSED', [], []);
  return message(
    found.rcode,
    found.records.map((record, index) => toAnswer(record, index === 0 ? question.name : record.name)),
    found.negativeFrom === null ? [] : [soa(found.negativeFrom)],
  );
}

function flags({ query, role }: DnsRequest, rcode: ServedRcode): number {
  const desired = (query.flags ?? 0) & RECURSION_DESIRED;
  return desired | (role === 'resolver' ? RECURSION_AVAILABLE : AUTHORITATIVE_ANSWER) | RCODES[rcode];
}

/** The first owner name repeats the question's spelling: clients that mix letter case compare it. */
function toAnswer({ type, ttl, data, name }: ZoneRecord, owner: string): Answer {
  const sameName = normalizeHostname(owner) === name;
  return { type, ttl, data, name: sameName ? owner.replace(/\.$/, '') : name };
}

function invented(question: Question, first: string, count: number): readonly Answer[] {
  if (question.type !== 'A') return [];
  const [a = 0, b = 0, c = 0, d = 0] = first.split('.').map(Number);
  return Array.from({ length: count }, (_, index) => {
    const data = `${a}.${b}.${(c + Math.floor((d + index) / 256)) % 256}.${(d + index) % 256}`;
    return { type: 'A', name: question.name, ttl: 60, data };
  });
}

function soa(origin: string): Answer {
  return {
    type: 'SOA',
    name: origin,
    ttl: NEGATIVE_TTL,
    data: {
      mname: `ns1.${origin}`,
      rname: `hostmaster.${origin}`,
      serial: 1,
      refresh: 10_000,
      retry: 2_400,
      expire: 604_800,
      minimum: NEGATIVE_TTL,
    },
  };
}

function hasOpt(query: DecodedPacket): boolean {
  return query.additionals?.some(({ type }) => type === 'OPT') ?? false;
}

function opt(): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: UDP_PAYLOAD,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}
