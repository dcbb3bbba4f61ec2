import { stopped } from './deadline.ts';
import { HUFFMAN_LENGTHS, STATIC_TABLE } from './hpack-tables.ts';
import { MAX_HEADER_BYTES } from './http-target.ts';
import type { ProbeError } from './probe-error.ts';

/** A header field; octets as Latin-1. */
export type Field = readonly [name: string, value: string];

export interface HpackDecoder {
  /** The fields of one header block. Throws a ProbeError: `protocol`, or `too-large` before more than the bound is built. */
  readonly decode: (block: Buffer) => readonly Field[];
}

/** The table that a peer may assume before it has seen our settings (RFC 7540 section 6.5.2). */
const MAX_TABLE_BYTES = 4_096;
/** What a field counts beside its octets (RFC 7541 section 4.1). */
const FIELD_OVERHEAD = 32;

/** Decodes header blocks of one connection (RFC 7541), within bounds. */
export function createHpackDecoder(): HpackDecoder {
  let table: Field[] = []; // youngest first
  let tableBytes = 0;
  let tableLimit = MAX_TABLE_BYTES;

  const evict = (): void => {
    while (tableBytes > tableLimit) {
      const oldest = table.pop();
      if (oldest === undefined) break;
      tableBytes -= sizeOf(oldest);
    }
  };
  const remember = (field: Field): void => {
    table = [field, ...table];
    tableBytes += sizeOf(field);
    evict();
  };
  const lookUp = (index: number): Field => {
    const field =
      index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1] : table[index - 1 - STATIC_TABLE.length];
    if (field === undefined) throw broken('a header field that was never sent');
    return field;
  };

  return {
    decode: (block) => {
      const reader = createReader(block);
      const fields: Field[] = [];
      let bytes = 0;
      const add = (field: Field): void => {
        bytes += sizeOf(field);
        if (bytes > MAX_HEADER_BYTES)
          throw stopped('request', 'too-large', 'the header fields are larger than we read');
        fields.push(field);
      };
      while (!reader.done()) {
        const first = reader.peek();
        if ((first & 0x80) !== 0) add(lookUp(reader.integer(7)));
        else if ((first & 0xe0) === 0x20) {
          tableLimit = reader.integer(5);
          if (tableLimit > MAX_TABLE_BYTES) throw broken('a header table larger than allowed');
          evict();
        } else {
          const indexed = (first & 0x40) !== 0;
          const index = reader.integer(indexed ? 6 : 4);
          const name = index === 0 ? reader.text() : lookUp(index)[0];
          const field = [name, reader.text()] as const;
          add(field);
          if (indexed) remember(field);
        }
      }
      return fields;
    },
  };
}

/** A field as a literal that is not remembered, its name by static index: all that a single request needs. */
export function encodeLiteral(nameIndex: number, value: string): Buffer {
  const octets = Buffer.from(value, 'latin1');
  return Buffer.concat([Buffer.from([...integer(nameIndex, 4), ...integer(octets.length, 7)]), octets]);
}

function integer(value: number, prefixBits: number): number[] {
  const limit = (1 << prefixBits) - 1;
  if (value < limit) return [value];
  const octets = [limit];
  let rest = value - limit;
  for (; rest >= 0x80; rest >>= 7) octets.push((rest & 0x7f) | 0x80);
  return [...octets, rest];
}

function createReader(block: Buffer) {
  let offset = 0;
  const next = (): number => {
    const octet = block[offset];
    if (octet === undefined) throw broken('a header block that ends too early');
    offset += 1;
    return octet;
  };
  const readInteger = (prefixBits: number): number => {
    const limit = (1 << prefixBits) - 1;
    let value = next() & limit;
    if (value < limit) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const octet = next();
      value += (octet & 0x7f) << shift;
      if ((octet & 0x80) === 0) return value;
    }
    throw broken('a number that is too large');
  };
  return {
    done: () => offset >= block.length,
    peek: () => block[offset] ?? 0,
    integer: readInteger,
    text: (): string => {
      const isHuffman = ((block[offset] ?? 0) & 0x80) !== 0;
      const length = readInteger(7);
      if (offset + length > block.length) throw broken('a header block that ends too early');
      const octets = block.subarray(offset, offset + length);
      offset += length;
      return isHuffman ? huffman(octets) : octets.toString('latin1');
    },
  };
}

/** For each code length the first code, and where its symbols begin in the list sorted by code. */
const SYMBOLS: readonly number[] = HUFFMAN_LENGTHS.map((_, symbol) => symbol).sort(
  (one, other) => (HUFFMAN_LENGTHS[one] ?? 0) - (HUFFMAN_LENGTHS[other] ?? 0) || one - other,
);
const LEVELS: readonly {
  readonly firstCode: number;
  readonly firstSymbol: number;
  readonly count: number;
}[] = levels();
const END_OF_STRING = 256;

function levels(): typeof LEVELS {
  let code = 0;
  let symbol = 0;
  return Array.from({ length: 31 }, (_, length) => {
    const count = length === 0 ? 0 : HUFFMAN_LENGTHS.filter((bits) => bits === length).length;
    const level = { firstCode: code, firstSymbol: symbol, count };
    code = (code + count) << 1;
    symbol += count;
    return level;
  });
}

function huffman(octets: Buffer): string {
  const decoded: number[] = [];
  let code = 0;
  let length = 0;
  for (const octet of octets) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      code = (code << 1) | ((octet >> bit) & 1);
      length += 1;
      const level = LEVELS[length];
      if (level === undefined) throw broken('a Huffman code that does not exist');
      if (code - level.firstCode >= level.count) continue;
      const symbol = SYMBOLS[level.firstSymbol + code - level.firstCode] ?? END_OF_STRING;
      if (symbol === END_OF_STRING) throw broken('a Huffman code that must not be sent');
      decoded.push(symbol);
      code = 0;
      length = 0;
    }
  }
  // What is left is padding: fewer than eight bits, all ones.
  if (length > 7 || code !== (1 << length) - 1) throw broken('Huffman padding that is none');
  return Buffer.from(decoded).toString('latin1');
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + FIELD_OVERHEAD;
}

function broken(what: string): ProbeError {
  return stopped('request', 'protocol', `the server sent ${what}`);
}
