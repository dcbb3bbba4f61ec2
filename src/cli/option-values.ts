import { InvalidArgumentError, Option } from 'commander';
import { DURATION_SYNTAX, formatDuration, parseDuration } from '../config/duration.ts';

/** For options that take a duration. */
export function durationOption(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined) throw new InvalidArgumentError(`It must be ${DURATION_SYNTAX}.`);
  return durationMs;
}

/** For options that take a duration above zero. */
export function positiveDurationOption(text: string): number {
  const durationMs = durationOption(text);
  if (durationMs === 0) throw new InvalidArgumentError('It must be longer than 0.');
  return durationMs;
}

/** An option that takes a duration (above zero, unless `parse` says otherwise); the help shows its default as people write it. */
export function durationWithDefault(
  flags: string,
  description: string,
  defaultMs: number,
  parse: (text: string) => number = positiveDurationOption,
): Option {
  return new Option(flags, description).argParser(parse).default(defaultMs, formatDuration(defaultMs));
}

/** For options that take how often. */
export function countOption(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError('It must be an integer from 1 to 9999.');
  return count;
}

/** For options that bound a list. */
export function limitOption(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new InvalidArgumentError('It must be an integer from 1 to 999999.');
  return limit;
}

/** For options that name a server. */
export function urlOption(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('It must be a URL that begins with https:// or http://.');
  return text;
}
