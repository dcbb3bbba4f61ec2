import { encode } from 'dns-packet';
import type { Answer, Packet } from 'dns-packet';

const HEADER_BYTES = 12;
/** RFC 1035, 4.1.4: the name that stands right behind the header, which is that of the question. */
const POINTER_TO_QUESTION = Buffer.from([0xc0, HEADER_BYTES]);
/** A message over TCP has two octets for its length; what does not fit is left out. */
const MAX_BYTES = 65_535;

/**
 * The message as name servers send it: answers about the asked name point back at the question. dns-packet writes every name out,
 * and 2,000 addresses would not fit.
 */
export function encodeResponse(packet: Packet): Buffer {
  const answers = packet.answers ?? [];
  const head = encode({ ...packet, answers: [], authorities: [], additionals: [] });
  const tail = encode({ ...packet, questions: [], answers: [] }).subarray(HEADER_BYTES);
  const asked = packet.questions?.[0]?.name;
  const kept: Buffer[] = [];
  let room = MAX_BYTES - head.length - tail.length;
  for (const answer of answers) {
    const record = encodeAnswer(answer, asked);
    room -= record.length;
    if (room < 0) break;
    kept.push(record);
  }
  head.writeUInt16BE(kept.length, 6);
  head.writeUInt16BE(packet.authorities?.length ?? 0, 8);
  head.writeUInt16BE(packet.additionals?.length ?? 0, 10);
  return Buffer.concat([head, ...kept, tail]);
}

function encodeAnswer(answer: Answer, asked: string | undefined): Buffer {
  const bytes = encode({ type: 'response', answers: [answer] }).subarray(HEADER_BYTES);
  // A name is written as its labels, each behind its length, and the empty one.
  return answer.name === asked
    ? Buffer.concat([POINTER_TO_QUESTION, bytes.subarray(Buffer.byteLength(answer.name) + 2)])
    : bytes;
}
