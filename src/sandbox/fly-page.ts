/** Cursors of the sandbox's APIs: opaque text, stable while entries come and go around them. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** null on the last page. */
  readonly nextCursor: string | null;
  readonly total: number;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
  /** Give a page without entries first, whose cursor leads to the true one: real APIs that filter late do. */
  readonly emptyFirst: boolean;
}

const AFTER_EMPTY = 'e';
const AFTER_KEY = 'k';

/** @param keyOf orders and identifies the entries, so that a cursor survives changes of the list */
export function pageOf<Entry>(
  all: readonly Entry[],
  keyOf: (entry: Entry) => string,
  request: PageRequest,
): Page<Entry> {
  const cursor = request.cursor === null ? '' : Buffer.from(request.cursor, 'base64url').toString('utf8');
  if (request.emptyFirst && !cursor.startsWith(AFTER_EMPTY))
    return { entries: [], nextCursor: written(`${AFTER_EMPTY}${cursor}`), total: all.length };
  const key = cursor.replace(new RegExp(`^${AFTER_EMPTY}?${AFTER_KEY}?`), '');
  const rest = (key === '' ? [...all] : all.filter((entry) => keyOf(entry) > key)).sort((one, other) =>
    keyOf(one) < keyOf(other) ? -1 : 1,
  );
  const entries = rest.slice(0, Math.max(1, request.limit));
  const last = entries.at(-1);
  const isLast = rest.length === entries.length || last === undefined;
  return { entries, nextCursor: isLast ? null : written(`${AFTER_KEY}${keyOf(last)}`), total: all.length };
}

function written(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}
