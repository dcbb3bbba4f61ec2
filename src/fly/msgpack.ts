/** The part of MessagePack that macaroons are made of: integers, texts, bytes, arrays, maps, nil, booleans. */
export type Packed =
  number | bigint | string | boolean | null | Uint8Array | readonly Packed[] | ReadonlyMap<Packed, Packed>;

const MAX_DEPTH = 16;

/** One value, which must fill the bytes. Throws a RangeError on anything else; lengths are bounded by the bytes that are there. */
export function unpack(bytes: Uint8Array): Packed {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  const skip = (length: number): number => {
    const start = at;
    if (start + length > bytes.length) throw new RangeError('the value is cut off');
    at += length;
    return start;
  };
  const unsigned = (size: 1 | 2 | 4): number => {
    const start = skip(size);
    return size === 1 ? view.getUint8(start) : size === 2 ? view.getUint16(start) : view.getUint32(start);
  };
  const text = (length: number): string => {
    const start = skip(length);
    return new TextDecoder().decode(bytes.subarray(start, start + length));
  };
  const binary = (length: number): Uint8Array => {
    const start = skip(length);
    return bytes.slice(start, start + length);
  };
  const list = (length: number, depth: number): readonly Packed[] => {
    if (length > bytes.length - at) throw new RangeError('more elements than bytes');
    return Array.from({ length }, () => value(depth + 1));
  };
  const map = (length: number, depth: number): ReadonlyMap<Packed, Packed> => {
    if (length > bytes.length - at) throw new RangeError('more entries than bytes');
    return new Map(Array.from({ length }, () => [value(depth + 1), value(depth + 1)]));
  };

  const value = (depth: number): Packed => {
    if (depth > MAX_DEPTH) throw new RangeError('nested too deeply');
    const type = unsigned(1);
    if (type <= 0x7f) return type;
    if (type <= 0x8f) return map(type & 0x0f, depth);
    if (type <= 0x9f) return list(type & 0x0f, depth);
    if (type <= 0xbf) return text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return binary(unsigned(1));
      case 0xc5:
        return binary(unsigned(2));
      case 0xc6:
        return binary(unsigned(4));
      case 0xcc:
        return unsigned(1);
      case 0xcd:
        return unsigned(2);
      case 0xce:
        return unsigned(4);
      case 0xcf:
        return view.getBigUint64(skip(8));
      case 0xd0:
        return view.getInt8(skip(1));
      case 0xd1:
        return view.getInt16(skip(2));
      case 0xd2:
        return view.getInt32(skip(4));
      case 0xd3:
        return view.getBigInt64(skip(8));
      case 0xd9:
        return text(unsigned(1));
      case 0xda:
        return text(unsigned(2));
      case 0xdb:
        return text(unsigned(4));
      case 0xdc:
        return list(unsigned(2), depth);
      case 0xdd:
        return list(unsigned(4), depth);
      case 0xde:
        return map(unsigned(2), depth);
      case 0xdf:
        return map(unsigned(4), depth);
      default:
        throw new RangeError(`no macaroon holds a value of type 0x${type.toString(16)}`);
    }
  };

  const result = value(0);
  if (at !== bytes.length) throw new RangeError('there is more than one value');
  return result;
}
