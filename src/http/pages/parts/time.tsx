import type { JSX } from 'preact';
import { isoTime, spokenAgo, utcDay, utcTime } from '../words.ts';

/** A moment. Served in UTC; the script adds the reader's own zone and keeps UTC beside it. */
export function Time({ at }: { readonly at: number }): JSX.Element {
  const iso = isoTime(at);
  if (iso === null) return <span>an unknown time</span>;
  return (
    <time datetime={iso} data-as="moment">
      {utcTime(at)}
    </time>
  );
}

/** How long ago; the exact time is its title. The script counts on. */
export function Ago({ at, now }: { readonly at: number; readonly now: number }): JSX.Element {
  const iso = isoTime(at);
  if (iso === null) return <span>an unknown time</span>;
  return (
    <time datetime={iso} data-as="ago" title={utcTime(at)}>
      {spokenAgo(at, now)}
    </time>
  );
}

/** A day, as certificates' ends are read. */
export function Day({ at }: { readonly at: number }): JSX.Element {
  const iso = isoTime(at);
  if (iso === null) return <span>{utcDay(at)}</span>;
  return (
    <time datetime={iso} title={utcTime(at)}>
      {utcDay(at)}
    </time>
  );
}
