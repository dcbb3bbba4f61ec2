import type { NewSilence } from '../../acts.ts';
import { HttpError } from '../../errors.ts';
import type { SilenceMatcher } from '../../../model/incident.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../model/time.ts';
import { field, formOf } from '../forms.ts';

/** What people choose from; the API and the command line take any duration. */
export const LENGTHS = [
  ['30m', '30 minutes', 30 * MINUTE_MS],
  ['2h', '2 hours', 2 * HOUR_MS],
  ['8h', '8 hours', 8 * HOUR_MS],
  ['1d', '1 day', DAY_MS],
  ['7d', '7 days', 7 * DAY_MS],
] as const;

/** Reads the form of a new silence. Throws HttpError `bad-request` with what is missing. */
export function newSilence(body: unknown, now: number): NewSilence {
  const form = formOf(body);
  const length = LENGTHS.find(([name]) => name === field(form, 'for'));
  if (length === undefined) throw new HttpError('bad-request', 'Say for how long.');
  const reason = field(form, 'reason');
  if (reason === null) throw new HttpError('bad-request', 'Say why: others will read it.');
  return {
    matcher: matcherOf(form),
    reason,
    startsAt: now,
    endsAt: now + length[2],
    untilDeployOf: field(form, 'until-deploy'),
  };
}

function matcherOf(form: Readonly<Record<string, unknown>>): SilenceMatcher {
  const tenant = field(form, 'tenant');
  const problem = field(form, 'problem');
  const label = field(form, 'label');
  const [name, ...rest] = label?.split(/[:=]/u) ?? [];
  if (label !== null && rest.length === 0)
    throw new HttpError('bad-request', 'A label is written name:value; the value may be a glob.');
  return {
    ...(tenant === null ? {} : { tenant }),
    ...(problem === null ? {} : { problem }),
    ...(name === undefined ? {} : { labels: { [name.trim()]: rest.join(':').trim() } }),
  };
}
