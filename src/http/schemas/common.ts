import { z } from 'zod';
import { SECOND_MS } from '../../model/time.ts';

/** A schema that the OpenAPI document names and refers to. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  return schema.meta({ id });
}

/** Answers are open: a key may be added in any version. */
export const answer = z.looseObject;

/** Milliseconds since the epoch, as everywhere in answers. */
export function time(what: string) {
  return z.number().describe(`${what} Milliseconds since the epoch.`);
}

/** An answer that is no JSON. */
export function textAnswer(type: 'text/plain' | 'text/event-stream', description: string) {
  return { description, content: { [type]: { schema: z.string() } } };
}

export const errorAnswer = named(
  'Error',
  answer({ error: answer({ code: z.string(), message: z.string() }) }).describe(
    'Codes are stable, messages are for people.',
  ),
);

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds from `30s`, as in the configuration. */
export function durationText(maxMs: number) {
  const message = 'must be an integer with ms, s, m, h or d, for example 30s';
  return z
    .string()
    .regex(/^\d{1,9}(?:ms|s|m|h|d)$/, message)
    .transform((text) => {
      const [, number = '', unit = ''] = /^(\d+)(\D+)$/.exec(text) ?? [];
      return Number(number) * (UNITS_MS[unit] ?? 0);
    })
    .refine((durationMs) => durationMs <= maxMs, `must be at most ${Math.round(maxMs / SECOND_MS)}s`);
}

/** A moment in a query: milliseconds since the epoch, or RFC 3339. */
export const moment = z
  .string()
  .max(40)
  .transform((text, context) => {
    const at = /^\d{1,16}$/.test(text) ? Number(text) : Date.parse(text);
    if (Number.isFinite(at)) return at;
    context.addIssue({ code: 'custom', message: 'must be milliseconds since the epoch or an RFC 3339 time' });
    return z.NEVER;
  });

export function pageSize(fallback: number, max: number) {
  return z.coerce.number().int().min(1).max(max).default(fallback).describe('Entries of one page.');
}

export const cursor = z.string().max(1_000).optional().describe('`next` of the page before.');

export const nextCursor = z.string().nullable().describe('For the next page; null on the last one.');

/** A page's cursor is opaque to whoever holds it. */
export function encodeCursor(position: string): string {
  return Buffer.from(position).toString('base64url');
}

export function decodeCursor(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}
