import { STAGES, type Stage, type StageTimings } from '../../../model/stages.ts';
import { DAY_MS, HOUR_MS } from '../../../model/time.ts';
import type { Store } from '../../../store/index.ts';

/** The stages that follow one another; the direct request runs beside them. */
export const STACKED = STAGES.filter((stage): stage is Exclude<Stage, 'direct'> => stage !== 'direct');

/** Milliseconds by stage over time, oldest first. */
export interface Latency {
  readonly since: number;
  readonly until: number;
  /** How many milliseconds of time one point stands for; a longer pause between two is a gap. */
  readonly stepMs: number;
  readonly of: 'runs' | 'hours';
  readonly points: readonly LatencyPoint[];
}

export interface LatencyPoint {
  readonly at: number;
  readonly stages: StageTimings;
}

const WEEK_MS = 7 * DAY_MS;
const RECENT_MS = 6 * HOUR_MS;
/** Fewer hours than this are better shown run by run. */
const ENOUGH_HOURS = 12;
const MAX_POINTS = 120;
const MAX_RUNS = 1_000;

/** A week by medians of hours; of a tenant that is younger its latest runs. */
export function latencyOf(store: Pick<Store, 'rollups' | 'runs'>, tenant: string, now: number): Latency {
  const hours = store.rollups.hours(tenant, now - WEEK_MS, now);
  const first = hours[0];
  if (first !== undefined && hours.length >= ENOUGH_HOURS) {
    const points = hours.map(({ at, latency }) => ({
      at,
      stages: Object.fromEntries(
        STAGES.flatMap((stage) => {
          const quantiles = latency[stage];
          return quantiles === undefined ? [] : [[stage, quantiles.p50]];
        }),
      ),
    }));
    return { since: first.at, until: now, stepMs: HOUR_MS, of: 'hours', points };
  }
  const runs = store.runs.between(tenant, now - RECENT_MS, now + 1, MAX_RUNS).toReversed();
  const since = runs[0]?.at ?? now;
  const bucketMs = Math.max(1, Math.ceil((now - since) / MAX_POINTS));
  return { since, until: now, stepMs: bucketMs, of: 'runs', points: bucketed(runs, since, bucketMs) };
}

/** One point a bucket: its median run by total, so that a peak is a run that really was. */
function bucketed(
  runs: readonly { readonly at: number; readonly stages: StageTimings }[],
  since: number,
  bucketMs: number,
): readonly LatencyPoint[] {
  const buckets = new Map<number, LatencyPoint[]>();
  for (const { at, stages } of runs) {
    const bucket = Math.floor((at - since) / bucketMs);
    const there = buckets.get(bucket);
    if (there === undefined) buckets.set(bucket, [{ at, stages }]);
    else there.push({ at, stages });
  }
  return [...buckets.values()].flatMap((points) => {
    const sorted = points.toSorted((a, b) => totalOf(a.stages) - totalOf(b.stages));
    return sorted[Math.floor(sorted.length / 2)] ?? [];
  });
}

export function totalOf(stages: StageTimings): number {
  return STACKED.reduce((sum, stage) => sum + (stages[stage] ?? 0), 0);
}
