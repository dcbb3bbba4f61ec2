import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { TenantResult } from '../model/diagnosis.ts';

/** Keeps results as short texts. As objects the latest ones of 10,000 tenants are half of the daemon's memory. */
export interface Packer {
  readonly pack: (result: TenantResult) => string;
  readonly unpack: (packed: string) => TenantResult;
}

/** Small tables: what is packed has a few thousand bytes, and is packed some hundred times a second. */
const SMALL = { level: 1, memLevel: 5, windowBits: 13 };

/**
 * Results resemble one another but for names and times, so that the first one serves all others as the dictionary (RFC 1951):
 * 3.7 kB become some 250 bytes.
 */
export function createPacker(): Packer {
  let dictionary: Buffer | undefined;
  return {
    pack: (result) => {
      const text = Buffer.from(JSON.stringify(result));
      dictionary ??= text;
      // A string of one byte for each character lies in the heap by itself; a buffer would add a backing store to each.
      return deflateRawSync(text, { ...SMALL, dictionary }).toString('latin1');
    },
    unpack: (packed) => {
      const text = inflateRawSync(Buffer.from(packed, 'latin1'), { dictionary });
      return JSON.parse(text.toString()) as TenantResult;
    },
  };
}
