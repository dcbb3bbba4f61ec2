const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** An integer with a decimal unit, as disks are sold: 1 GB is 1,000,000,000 bytes. */
export const SIZE = /^(0|[1-9]\d{0,11})(B|kB|KB|MB|GB|TB)$/;

export const SIZE_SYNTAX = 'an integer with a decimal unit: B, kB, MB, GB or TB, for example 500MB or 2GB';

/** Bytes, or undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
