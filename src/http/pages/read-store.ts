import type { HttpContext } from '../context.ts';

/** What the database says, or null while it is away: the rest of a page is shown without it. */
export function readStore<Result>(
  { logger }: Pick<HttpContext, 'logger'>,
  read: () => Result,
): Result | null {
  try {
    return read();
  } catch (error) {
    logger.warn({ error: String(error) }, 'a page could not read the database');
    return null;
  }
}
