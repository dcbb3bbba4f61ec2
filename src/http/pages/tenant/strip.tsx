import type { JSX } from 'preact';
import type { Rollup, RunCounts } from '../../../model/history.ts';
import { DAY_MS } from '../../../model/time.ts';
import { spokenRatio, counted, datedDay } from '../../../model/spoken.ts';

/** Something at one moment: a deploy. */
export interface Marker {
  readonly at: number;
  readonly label: string;
}

/** Something that lasted: an incident. `until` null: it goes on. */
export interface Span extends Marker {
  readonly until: number | null;
}

interface StripProps {
  readonly days: readonly { readonly at: number; readonly rollup: Rollup | null }[];
  readonly deploys: readonly Marker[];
  readonly outages: readonly Span[];
}

const BAR = 8;
const STEP = 10;
const HEIGHT = 44;
const MOST_NAMED = 3;

/** One bar a day. The part that failed hangs from the top, at least as long as the eye needs. */
export function Strip({ days, deploys, outages }: StripProps): JSX.Element {
  const failedDays = days.filter(({ rollup }) => rollup !== null && rollup.fail > 0);
  const measured = days.filter(({ rollup }) => rollup !== null).length;
  return (
    <figure class="strip">
      <svg
        viewBox={`0 0 ${String(days.length * STEP - (STEP - BAR))} ${String(HEIGHT + 8)}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`The last ${String(days.length)} days: ${counted(measured, 'day')} measured, ${counted(failedDays.length, 'day')} with failures`}
      >
        {days.map(({ at, rollup }, index) => {
          const x = index * STEP;
          const until = at + DAY_MS;
          const deployed = deploys.filter((deploy) => deploy.at >= at && deploy.at < until);
          const troubled = outages.filter((span) => span.at < until && (span.until ?? Infinity) >= at);
          const failedHeight = rollup === null ? 0 : failedPart(rollup) * HEIGHT;
          const title = [describe(at, rollup), ...named(troubled), ...named(deployed)];
          return (
            <g key={at}>
              <title>{title.join('\n')}</title>
              <rect class={dayClass(rollup)} x={x} y="0" width={BAR} height={HEIGHT} />
              {failedHeight > 0 && <rect class="fail" x={x} y="0" width={BAR} height={failedHeight} />}
              {deployed.length > 0 && <rect class="deployed" x={x} y={HEIGHT + 4} width={BAR} height="4" />}
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span>{datedDay(days[0]?.at ?? 0)}</span>
        <span class="legend-inline">
          <span class="swatch pass" aria-hidden="true" /> passing
          <span class="swatch fail" aria-hidden="true" /> failing
          <span class="swatch none" aria-hidden="true" /> not measured
          {deploys.length > 0 && (
            <>
              <span class="swatch deploy" aria-hidden="true" /> deploy
            </>
          )}
        </span>
        <span>today</span>
      </figcaption>
    </figure>
  );
}

/** A day of flapping is not told one by one. */
function named(markers: readonly Marker[]): readonly string[] {
  const more = markers.length - MOST_NAMED;
  return [
    ...markers.slice(0, MOST_NAMED).map(({ label }) => label),
    ...(more > 0 ? [`and ${String(more)} more`] : []),
  ];
}

function decided({ pass, warn, fail }: RunCounts): number {
  return pass + warn + fail;
}

/** From 0 to 1; a failure of one run in a day is still to be seen. */
function failedPart(rollup: Rollup): number {
  const all = decided(rollup);
  return all === 0 || rollup.fail === 0 ? 0 : Math.max(0.2, rollup.fail / all);
}

function dayClass(rollup: Rollup | null): string {
  if (rollup === null) return 'none';
  if (decided(rollup) === 0) return rollup.unknown > 0 ? 'unknown' : 'skipped';
  return rollup.warn > rollup.pass ? 'warn' : 'pass';
}

function describe(at: number, rollup: Rollup | null): string {
  const day = datedDay(at);
  if (rollup === null) return `${day}: not measured`;
  const all = decided(rollup);
  if (all === 0) return `${day}: could not tell`;
  const failures = rollup.fail === 0 ? 'no failure' : counted(rollup.fail, 'failing run');
  return `${day}: ${spokenRatio((all - rollup.fail) / all)}, ${failures} of ${counted(all, 'run')}`;
}
