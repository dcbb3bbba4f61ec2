import { z } from 'zod';
import { HttpError } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../schemas/common.ts';

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly next: string | null;
}

/**
 * A page of a list. One entry more than is shown is asked for, so that the last page knows that it is the last. The position says
 * all that the list is ordered by: of entries of the same millisecond none is lost at the turn of a page, and none comes twice.
 */
export function pageOf<Entry>(
  limit: number,
  list: (limit: number) => readonly Entry[],
  positionOf: (entry: Entry) => readonly (string | number)[],
): Page<Entry> {
  const found = list(limit + 1);
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  const more = last !== undefined && found.length > limit;
  return { entries, next: more ? cursorOf(positionOf(last)) : null };
}

/** A page's cursor is opaque to whoever holds it. */
export function cursorOf(position: readonly (string | number)[]): string {
  return encodeCursor(JSON.stringify(position));
}

/** The position that a cursor of ours names; undefined without one. */
export function positionOf<Position extends z.ZodType>(
  text: string | undefined,
  position: Position,
): z.output<Position> | undefined {
  if (text === undefined) return undefined;
  const parsed = position.safeParse(jsonOf(decodeCursor(text)));
  if (!parsed.success) throw new HttpError('bad-request', 'The cursor is none of ours.');
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
