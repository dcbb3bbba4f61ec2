import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Far above any document that is kept; a damaged row must not fill the memory. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** Whole documents are seldom read and repeat themselves: deflated they take a fifth. */
export function packJson(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value));
}

/** The caller knows what it packed: rows are written by this program alone. */
export function unpackJson(data: Uint8Array): unknown {
  return JSON.parse(inflateRawSync(data, { maxOutputLength: LARGEST_BYTES }).toString('utf8'));
}
