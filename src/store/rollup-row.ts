import type { Quantiles, Rollup, RunCounts } from '../model/history.ts';
import { STAGES } from '../model/stages.ts';
import type { Run } from '../model/run.ts';
import type { Verdict } from '../model/verdict.ts';
import { createByteReader, createByteWriter } from './bytes.ts';
import type { Codebook } from './codebook.ts';
import { addDuration, histogramCount, mergeHistogram, quantile, type Histogram } from './histogram.ts';

const FORMAT = 1;

/** What is being added up for one hour or day of one tenant. */
export interface Tally {
  readonly counts: Record<Verdict, number>;
  /** By stage, and `total`. */
  readonly latency: Map<string, Histogram>;
}

export function noRuns(): Record<Verdict, number> {
  return { pass: 0, warn: 0, fail: 0, unknown: 0, skipped: 0 };
}

export function emptyTally(): Tally {
  return { counts: noRuns(), latency: new Map() };
}

/** Runs on schedule are spread evenly over time; all others come more often when something is wrong. */
export function isCounted({ trigger }: Pick<Run, 'trigger'>): boolean {
  return trigger === 'schedule';
}

export function addRun(tally: Tally, run: Pick<Run, 'verdict' | 'durationMs' | 'stages'>): void {
  tally.counts[run.verdict] += 1;
  // A skipped run took no time that says anything.
  if (run.verdict !== 'skipped') addDuration(seriesOf(tally, 'total'), run.durationMs);
  for (const stage of STAGES) {
    const durationMs = run.stages[stage];
    if (durationMs !== undefined) addDuration(seriesOf(tally, stage), durationMs);
  }
}

export function mergeTally(into: Tally, other: Tally): void {
  for (const [verdict, count] of Object.entries(other.counts)) into.counts[verdict as Verdict] += count;
  for (const [series, histogram] of other.latency) mergeHistogram(seriesOf(into, series), histogram);
}

/** For each series its number and its buckets: distance from the one before, count. */
export function packLatency(tally: Tally, codes: Codebook): Uint8Array {
  const writer = createByteWriter();
  writer.uint(FORMAT);
  for (const [series, histogram] of tally.latency) {
    writer.uint(codes.encode('series', series));
    writer.uint(histogram.size);
    let before = 0;
    for (const bucket of [...histogram.keys()].sort((a, b) => a - b)) {
      writer.uint(bucket - before);
      writer.uint(histogram.get(bucket) ?? 0);
      before = bucket;
    }
  }
  return writer.take();
}

export interface RollupRow extends RunCounts {
  readonly at: number;
  readonly latency: Uint8Array;
}

export function unpackTally(row: RollupRow, codes: Codebook): Tally {
  const { pass, warn, fail, unknown, skipped } = row;
  const latency = new Map<string, Histogram>();
  const reader = createByteReader(row.latency);
  const format = reader.uint();
  if (format !== FORMAT) throw new RangeError(`a rollup has the unknown format ${format}`);
  while (!reader.atEnd()) {
    const histogram: Histogram = new Map();
    latency.set(codes.decode('series', reader.uint()), histogram);
    let bucket = 0;
    for (let left = reader.uint(); left > 0; left -= 1) {
      bucket += reader.uint();
      histogram.set(bucket, reader.uint());
    }
  }
  return { counts: { pass, warn, fail, unknown, skipped }, latency };
}

export function toRollup(row: RollupRow, codes: Codebook): Rollup {
  const tally = unpackTally(row, codes);
  const latency: Partial<Record<keyof Rollup['latency'], Quantiles>> = {};
  for (const series of [...STAGES, 'total'] as const) {
    const histogram = tally.latency.get(series);
    if (histogram !== undefined) latency[series] = quantilesOf(histogram);
  }
  return { at: row.at, ...tally.counts, latency };
}

function quantilesOf(histogram: Histogram): Quantiles {
  return {
    count: histogramCount(histogram),
    p50: quantile(histogram, 0.5),
    p90: quantile(histogram, 0.9),
    p99: quantile(histogram, 0.99),
  };
}

function seriesOf(tally: Tally, series: string): Histogram {
  let histogram = tally.latency.get(series);
  if (histogram === undefined) {
    histogram = new Map();
    tally.latency.set(series, histogram);
  }
  return histogram;
}
