import { STACKED, type Latency, type LatencyPoint } from './latency.ts';

/** A pause of so many steps is a gap in the line, not a slope. */
const GAP_STEPS = 3;

type Scale = (value: number) => number;

/** One stage on top of those below it, as the path of an area. */
export function areaOf(points: readonly LatencyPoint[], level: number, x: Scale, y: Scale): string {
  const upTo = ({ stages }: LatencyPoint, count: number): number =>
    STACKED.slice(0, count).reduce((sum, stage) => sum + (stages[stage] ?? 0), 0);
  const upper = points.map((point) => `${String(x(point.at))} ${String(y(upTo(point, level + 1)))}`);
  const lower = points.toReversed().map((point) => `${String(x(point.at))} ${String(y(upTo(point, level)))}`);
  return `M${upper.join('L')}L${lower.join('L')}Z`;
}

/** Points between two gaps. A single one is widened, or it could not be seen. */
export function segmentsOf({ points, stepMs }: Latency): readonly (readonly LatencyPoint[])[] {
  const spacing = medianSpacing(points);
  const segments: LatencyPoint[][] = [];
  for (const point of points) {
    const segment = segments.at(-1);
    const last = segment?.at(-1);
    if (
      segment === undefined ||
      last === undefined ||
      point.at - last.at > GAP_STEPS * Math.max(stepMs, spacing)
    )
      segments.push([point]);
    else segment.push(point);
  }
  return segments.map((segment) =>
    segment.length > 1 ? segment : segment.flatMap((one) => [one, { ...one, at: one.at + stepMs }]),
  );
}

function medianSpacing(points: readonly LatencyPoint[]): number {
  const spacings = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? at));
  return spacings.sort((a, b) => a - b)[Math.floor(spacings.length / 2)] ?? 0;
}

const NICE = [1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The least round number above it, whose half is round as well. */
export function niceTop(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ms)));
  return NICE.map((step) => step * power).find((top) => top >= ms) ?? 10 * power;
}

/** A tenth of a unit is less than a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
