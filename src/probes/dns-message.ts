import dnsPacket, { type Answer } from 'dns-packet';
import { normalizeHostname, isHostname } from '../model/hostname.ts';
import { ProbeError } from './probe-error.ts';

/** The types that the product asks for. (dns-packet silently encodes a type that it does not know as 0.) */
export type QuestionType = 'A' | 'AAAA' | 'NS';

export interface Question {
  /** Lower case, without the final dot. */
  readonly name: string;
  readonly type: QuestionType;
}

export interface Query {
  readonly question: Question;
  readonly id: number;
  readonly bytes: Buffer;
}

export interface ResourceRecord {
  /** As decoded: hostile, see plainName. */
  readonly name: string;
  readonly type: string;
  readonly ttlSeconds: number;
  readonly data: unknown;
}

export interface Response {
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
}

/** What one incoming message is to a question. Only `response` and `truncated` end the waiting for an answer. */
export type Reading =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'truncated' }
  /** The server does not understand EDNS: to be asked again without (RFC 6891 section 7). */
  | { readonly kind: 'no-edns' }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'too-large' };

/** Fits one packet on every path that matters: https://www.dnsflagday.net/2020/. */
export const EDNS_PAYLOAD_BYTES = 1232;
/** More records than this in one message are nobody's honest answer, and decoding them costs. */
const MAX_RECORDS = 6_000;
const HEADER_BYTES = 12;

/** Encodes a question. Throws for a name that is not a host name: dns-packet would write a malformed packet without a word. */
export function encodeQuery(
  question: Question,
  options: { readonly id: number; readonly recursion: boolean; readonly edns: boolean },
): Query {
  const name = normalizeHostname(question.name);
  if (!isHostname(name)) {
    throw new ProbeError({
      phase: 'resolve',
      code: 'internal',
      detail: 'this is not a host name: it was not asked',
    });
  }
  const bytes = dnsPacket.encode({
    type: 'query',
    id: options.id,
    flags: options.recursion ? dnsPacket.RECURSION_DESIRED : 0,
    questions: [{ type: question.type, class: 'IN', name }],
    additionals: options.edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: EDNS_PAYLOAD_BYTES,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
  return { question: { name, type: question.type }, id: options.id, bytes };
}

/** Reads a message that may be the answer to the query, or may be anything. Never throws. */
export function readMessage(query: Query, message: Buffer): Reading {
  if (message.length < HEADER_BYTES) return { kind: 'malformed' };
  if (message.readUInt16BE(0) !== query.id) return { kind: 'mismatch' };
  const flags = message.readUInt16BE(2);
  const isResponse = (flags & 0x8000) !== 0;
  const opcode = (flags >> 11) & 0xf;
  if (!isResponse || opcode !== 0) return { kind: 'mismatch' };
  const rcode = flags & 0xf;
  const questions = message.readUInt16BE(4);
  if (questions === 0 && message.length === HEADER_BYTES) {
    // A server that gives up on the whole message may send its header alone.
    if (rcode === FORMERR || rcode === NOTIMP) return { kind: 'no-edns' };
    if (rcode === 0) return { kind: 'malformed' };
    return {
      kind: 'response',
      response: { rcode: rcodeName(rcode, 0), authoritative: false, answers: [], authorities: [] },
    };
  }
  if (questions !== 1 || !sameQuestion(query, message)) return { kind: 'mismatch' };
  if ((flags & 0x0200) !== 0) return { kind: 'truncated' };
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  if (records > MAX_RECORDS) return { kind: 'too-large' };
  return decode(message, rcode, (flags & 0x0400) !== 0);
}

function decode(message: Buffer, rcode: number, authoritative: boolean): Reading {
  try {
    const packet = dnsPacket.decode(message);
    // dns-packet reads past the end of a cut message without an error.
    if (dnsPacket.decode.bytes > message.length) return { kind: 'malformed' };
    const opt = packet.additionals?.find((record) => record.type === 'OPT');
    const extended = opt?.type === 'OPT' ? opt.extendedRcode : 0;
    if (opt === undefined && (rcode === FORMERR || rcode === NOTIMP)) return { kind: 'no-edns' };
    return {
      kind: 'response',
      response: {
        rcode: rcodeName(rcode, extended),
        authoritative,
        answers: (packet.answers ?? []).flatMap(toRecord),
        authorities: (packet.authorities ?? []).flatMap(toRecord),
      },
    };
  } catch {
    return { kind: 'malformed' }; // whatever dns-packet stumbled over
  }
}

/** The question as sent, octet by octet, letter case aside; compared before anything is decoded. */
function sameQuestion(query: Query, message: Buffer): boolean {
  const end = query.bytes.indexOf(0, HEADER_BYTES) + 5; // the root label, type and class
  if (message.length < end) return false;
  for (let offset = HEADER_BYTES; offset < end; offset += 1) {
    if (lower(message[offset] ?? 0) !== lower(query.bytes[offset] ?? 0)) return false;
  }
  return true;
}

function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

function toRecord(answer: Answer): ResourceRecord[] {
  if (answer.type === 'OPT' || !('data' in answer) || ('class' in answer && answer.class !== 'IN')) return [];
  const ttl = 'ttl' in answer ? (answer.ttl ?? 0) : 0;
  // RFC 2181 section 8: a TTL with the highest bit set counts as 0.
  return [
    { name: answer.name, type: answer.type, ttlSeconds: ttl > 0x7fff_ffff ? 0 : ttl, data: answer.data },
  ];
}

const FORMERR = 1;
const NOTIMP = 4;
const RCODES: Readonly<Record<number, string>> = { 0: 'NOERROR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 5: 'REFUSED' };

function rcodeName(rcode: number, extended: number): string {
  return extended === 0 ? (RCODES[rcode] ?? 'OTHER') : 'OTHER';
}
