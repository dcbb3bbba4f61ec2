/** One line of the bench: a measured value, and where something was promised the limit that it must keep. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value must stay at or below a most, at or above a least; null: printed for the reader. */
  readonly limit: { readonly most: number } | { readonly least: number } | null;
}

export type Judgement = 'ok' | 'MISS' | '';

export function judge({ value, limit }: Measure): Judgement {
  if (limit === null) return '';
  return ('most' in limit ? value <= limit.most : value >= limit.least) ? 'ok' : 'MISS';
}

/** A plain table for people. */
export function printTable(title: string, measures: readonly Measure[]): void {
  const rows = measures.map((measure) => [
    judge(measure),
    measure.name,
    `${format(measure.value)} ${measure.unit}`.trim(),
    boundOf(measure.limit),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  console.log(`\n${title}`);
  for (const row of rows)
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function format(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function boundOf(limit: Measure['limit']): string {
  if (limit === null) return '';
  return 'most' in limit ? `at most ${format(limit.most)}` : `at least ${format(limit.least)}`;
}
