import { InvalidArgumentError, Option } from 'commander';
import { formatDuration, parseDuration } from '../config/duration.ts';

/** A point in time on the command line: a date or time, or so long before (or after) now. */
export type Moment = { readonly distanceMs: number } | { readonly at: number };

const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

const MOMENT_SYNTAX = 'a duration such as 24h or 30d, or a time such as 2026-11-01 or 2026-11-01T03:12Z';

/** For options that take a moment; without an offset it is UTC. */
export function momentOption(text: string): Moment {
  const distanceMs = parseDuration(text);
  if (distanceMs !== undefined) return { distanceMs };
  const match = DATE.exec(text);
  // A time without an offset would be the machine's own.
  const at = Date.parse(match?.[1] === undefined && text.includes('T') ? `${text}Z` : text);
  if (match === null || Number.isNaN(at)) throw new InvalidArgumentError(`It must be ${MOMENT_SYNTAX}.`);
  return { at };
}

/** Milliseconds since the epoch. */
export function before(moment: Moment, now: number): number {
  return 'at' in moment ? moment.at : now - moment.distanceMs;
}

export function after(moment: Moment, now: number): number {
  return 'at' in moment ? moment.at : now + moment.distanceMs;
}

/** From when on the past is looked at. */
export function sinceOption(defaultMs: number): Option {
  return new Option('--since <time>', 'a duration such as 24h or 30d, or a time such as 2026-11-01')
    .argParser(momentOption)
    .default({ distanceMs: defaultMs } satisfies Moment, formatDuration(defaultMs));
}
