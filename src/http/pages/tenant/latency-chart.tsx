import type { JSX } from 'preact';
import type { Stage } from '../../../model/stages.ts';
import { Time } from '../parts/time.tsx';
import { isoSeconds, spokenMs, datedTime } from '../../../model/spoken.ts';
import { areaOf, niceTop, round, segmentsOf } from './chart-geometry.ts';
import { STACKED, totalOf, type Latency, type LatencyPoint } from './latency.ts';
import type { Marker, Span } from './strip.tsx';

const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  resolve: 'DNS',
  connect: 'TCP',
  handshake: 'TLS',
  'first-byte': 'first byte',
  transfer: 'transfer',
  direct: 'direct',
};

const WIDTH = 1000;
const HEIGHT = 240;
/** Places that tell their numbers to the pointer: more could not be hit. */
const MOST_HITS = 60;

interface LatencyChartProps {
  readonly latency: Latency;
  readonly deploys: readonly Marker[];
  readonly outages: readonly Span[];
}

/** The stages on top of one another, as a visitor waits for them. Drawn here: it needs no script, and a table says the same. */
export function LatencyChart({ latency, deploys, outages }: LatencyChartProps): JSX.Element {
  const { points, since, until } = latency;
  if (points.length < 2) return <p class="empty">Not enough runs yet to draw.</p>;
  const top = niceTop(Math.max(...points.map(({ stages }) => totalOf(stages))));
  const x = (at: number): number => round(((at - since) / Math.max(1, until - since)) * WIDTH);
  const y = (ms: number): number => round(HEIGHT - (ms / top) * HEIGHT);
  const inside = (at: number): boolean => at >= since && at <= until;
  const everyNth = Math.ceil(points.length / MOST_HITS);
  const hits = points.filter((_, index) => index % everyNth === 0);
  return (
    <figure class="chart">
      <div class="plot">
        <div class="y-axis" aria-hidden="true">
          <span>{spokenTick(top)}</span>
          <span>{spokenTick(top / 2)}</span>
          <span>0</span>
        </div>
        <svg
          viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={summaryOf(latency)}
        >
          <line class="grid" x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
          <line class="grid" x1="0" x2={WIDTH} y1="0.5" y2="0.5" />
          {outages
            .filter((span) => (span.until ?? until) >= since)
            .map((span) => (
              <rect
                key={span.at}
                class="outage"
                x={x(Math.max(since, span.at))}
                width={Math.max(2, x(Math.min(until, span.until ?? until)) - x(Math.max(since, span.at)))}
                y="0"
                height={HEIGHT}
              >
                <title>{span.label}</title>
              </rect>
            ))}
          {segmentsOf(latency).map((segment, index) => (
            <g key={index}>
              {STACKED.map((stage, level) => (
                <path key={stage} class={`stage ${stage}`} d={areaOf(segment, level, x, y)} />
              ))}
            </g>
          ))}
          {deploys
            .filter(({ at }) => inside(at))
            .map(({ at, label }) => (
              <line key={at} class="deploy" x1={x(at)} x2={x(at)} y1="0" y2={HEIGHT}>
                <title>{label}</title>
              </line>
            ))}
          <g class="hits">
            {hits.map((point, index) => {
              const from = x(point.at);
              const to = x(hits[index + 1]?.at ?? until);
              return (
                <rect key={point.at} x={from} width={Math.max(1, to - from)} y="0" height={HEIGHT}>
                  <title>{describe(point)}</title>
                </rect>
              );
            })}
          </g>
        </svg>
        <div class="x-axis" aria-hidden="true">
          <Time at={since} />
          <Time at={until} />
        </div>
      </div>
      <figcaption>
        <ul class="legend">
          {STACKED.map((stage) => (
            <li key={stage}>
              <span class={`swatch ${stage}`} aria-hidden="true" />
              {STAGE_WORDS[stage]}
            </li>
          ))}
          {deploys.some(({ at }) => inside(at)) && (
            <li>
              <span class="swatch deploy" aria-hidden="true" />
              deploy
            </li>
          )}
          {outages.some((span) => (span.until ?? until) >= since) && (
            <li>
              <span class="swatch outage" aria-hidden="true" />
              incident
            </li>
          )}
        </ul>
        <span class="quiet">{latency.of === 'hours' ? 'Medians of hours.' : 'Single runs.'}</span>
      </figcaption>
      <LatencyTable points={points} />
    </figure>
  );
}

/** The same for those who do not see the chart: the latest points, and few of them. */
function LatencyTable({ points }: { readonly points: readonly LatencyPoint[] }): JSX.Element {
  return (
    <details class="as-table">
      <summary>The latest as a table</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Latency by stage">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              {STACKED.map((stage) => (
                <th key={stage} scope="col" class="end">
                  {STAGE_WORDS[stage]}
                </th>
              ))}
              <th scope="col" class="end">
                Direct
              </th>
            </tr>
          </thead>
          <tbody>
            {points
              .slice(-12)
              .toReversed()
              .map(({ at, stages }) => (
                <tr key={at}>
                  <th scope="row">
                    <Time at={at} />
                  </th>
                  {[...STACKED, 'direct' as const].map((stage) => {
                    const ms = stages[stage];
                    return (
                      <td key={stage} class="end">
                        {ms === undefined ? '–' : spokenMs(ms)}
                      </td>
                    );
                  })}
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function describe({ at, stages }: LatencyPoint): string {
  const parts = STACKED.flatMap((stage) => {
    const ms = stages[stage];
    return ms === undefined ? [] : [`${STAGE_WORDS[stage]} ${spokenMs(ms)}`];
  });
  return `${datedTime(at)}: ${spokenMs(totalOf(stages))} (${parts.join(', ')})`;
}

function summaryOf({ points, since, until }: Latency): string {
  const totals = points.map(({ stages }) => totalOf(stages)).sort((a, b) => a - b);
  const median = totals[Math.floor(totals.length / 2)] ?? 0;
  return `Latency from ${isoSeconds(since) ?? ''} to ${isoSeconds(until) ?? ''}: median ${spokenMs(median)}, highest ${spokenMs(totals.at(-1) ?? 0)}`;
}

function spokenTick(ms: number): string {
  return ms < 1000 ? `${String(ms)} ms` : `${String(ms / 1000)} s`;
}
