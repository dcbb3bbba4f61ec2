/** Unsigned LEB128 numbers in a row: most of what a run says fits one byte. */

export interface ByteWriter {
  /** A whole number from 0 to 2^53 - 1; anything else is taken to the nearest of these. */
  readonly uint: (value: number) => void;
  /** What was written. */
  readonly take: () => Uint8Array;
}

export function createByteWriter(): ByteWriter {
  let bytes = new Uint8Array(64);
  let length = 0;
  return {
    uint: (value) => {
      let rest = Math.min(Math.max(Math.round(value), 0), Number.MAX_SAFE_INTEGER) || 0;
      if (length + 8 > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2);
        larger.set(bytes);
        bytes = larger;
      }
      while (rest > 127) {
        bytes[length++] = (rest % 128) | 128;
        rest = Math.floor(rest / 128);
      }
      bytes[length++] = rest;
    },
    take: () => bytes.slice(0, length),
  };
}

export interface ByteReader {
  readonly uint: () => number;
  readonly atEnd: () => boolean;
}

/** Throws a RangeError where the bytes end too early. */
export function createByteReader(bytes: Uint8Array): ByteReader {
  let position = 0;
  return {
    uint: () => {
      const first = bytes[position];
      if (first !== undefined && first < 128) {
        position += 1;
        return first;
      }
      let value = 0;
      let factor = 1;
      for (;;) {
        const byte = bytes[position++];
        if (byte === undefined) throw new RangeError('a packed row ends too early');
        value += (byte & 127) * factor;
        if (byte < 128) return value;
        factor *= 128;
      }
    },
    atEnd: () => position >= bytes.length,
  };
}
