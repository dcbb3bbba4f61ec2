import type { JSX } from 'preact';
import { isoSeconds, spokenAgo, datedDay, datedTime } from '../../../model/spoken.ts';

/** A moment. Served in UTC; the script adds the reader's own zone and keeps UTC beside it. */
export function Time({ at }: { readonly at: number }): JSX.Element {
  const iso = isoSeconds(at);
  if (iso === null) return <span>an unknown time</span>;
  return (
    <time datetime={iso} data-as="moment">
      {datedTime(at)}
    </time>
  );
}

/** How long ago; the exact time is its title. The script counts on. */
export function Ago({ at, now }: { readonly at: number; readonly now: number }): JSX.Element {
  const iso = isoSeconds(at);
  if (iso === null) return <span>an unknown time</span>;
  return (
    <time datetime={iso} data-as="ago" title={datedTime(at)}>
      {spokenAgo(at, now)}
    </time>
  );
}

/** A day, as certificates' ends are read. */
export function Day({ at }: { readonly at: number }): JSX.Element {
  const iso = isoSeconds(at);
  if (iso === null) return <span>{datedDay(at)}</span>;
  return (
    <time datetime={iso} title={datedTime(at)}>
      {datedDay(at)}
    </time>
  );
}
