import type { z } from 'zod';
import { flyError } from './error.ts';

const MAX_CURSOR_LENGTH = 4_096;

/** A JSON text in the expected shape, or `malformed` with the place where it differs. */
export function readJson<Schema extends z.ZodType>(body: string, schema: Schema): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw flyError('malformed', `the answer is not JSON: ${body.slice(0, 80)}`);
  }
  return readValue(json, schema);
}

export function readValue<Schema extends z.ZodType>(json: unknown, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw flyError('malformed', `at ${issue?.path.join('.') ?? 'the top'}: ${issue?.message ?? 'unreadable'}`);
}

/** The cursor of the page after this one, null at the end. One that was there before would go round in a circle. */
export function nextCursor(next: string | null | undefined, seen: Set<string>, what: string): string | null {
  if (next == null || next === '') return null;
  if (next.length > MAX_CURSOR_LENGTH)
    throw flyError('malformed', `${what}: the cursor of the next page is absurdly long`);
  if (seen.has(next)) throw flyError('incomplete', `${what}: the pages go round in a circle`);
  seen.add(next);
  return next;
}

/** Fewer entries than the API promised: some are missing, and "it is not there" cannot be told. */
export function assertComplete(found: number, promised: number | null, what: string): void {
  if (promised !== null && found < promised)
    throw flyError('incomplete', `${found} of ${promised} ${what} came`);
}
