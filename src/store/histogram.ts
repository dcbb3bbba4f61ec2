/**
 * How durations are distributed, in logarithmic buckets: each bucket ends 2^(1/4) times later than the one before, so a
 * quantile is within 9 % of the truth, whatever the scale, and two histograms are merged by adding.
 */
export type Histogram = Map<number, number>;

const BUCKETS_PER_DOUBLING = 4;
const SMALLEST_MS = 0.1;
/** About 100 hours: more is one bucket. */
const LAST_BUCKET = 127;

export function addDuration(histogram: Histogram, durationMs: number): void {
  const bucket = bucketOf(durationMs);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

export function mergeHistogram(into: Histogram, other: ReadonlyMap<number, number>): void {
  for (const [bucket, count] of other) into.set(bucket, (into.get(bucket) ?? 0) + count);
}

export function histogramCount(histogram: ReadonlyMap<number, number>): number {
  let count = 0;
  for (const inBucket of histogram.values()) count += inBucket;
  return count;
}

/** Milliseconds below which the share `q` of all durations lies; 0 of an empty histogram. */
export function quantile(histogram: ReadonlyMap<number, number>, q: number): number {
  const rank = Math.max(1, Math.ceil(q * histogramCount(histogram)));
  let seen = 0;
  for (const bucket of [...histogram.keys()].sort((a, b) => a - b)) {
    seen += histogram.get(bucket) ?? 0;
    if (seen >= rank) return middleOf(bucket);
  }
  return 0;
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > SMALLEST_MS)) return 0;
  return Math.min(LAST_BUCKET, Math.ceil(Math.log2(durationMs / SMALLEST_MS) * BUCKETS_PER_DOUBLING));
}

/** The geometric middle, rounded to tenths as the runs themselves are. */
function middleOf(bucket: number): number {
  const upper = SMALLEST_MS * 2 ** (bucket / BUCKETS_PER_DOUBLING);
  const middle = bucket === 0 ? SMALLEST_MS : upper * 2 ** (-0.5 / BUCKETS_PER_DOUBLING);
  return Math.max(SMALLEST_MS, Math.round(middle * 10) / 10);
}
