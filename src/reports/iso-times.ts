/** The model's names of moments: `at`, `since`, `until`, and whatever ends in `At`, `Since` or `Until`. */
const MOMENT = /^(?:at|since|until)$|(?:At|Since|Until)$/;

/**
 * A copy for JSON documents in which every moment, milliseconds since the epoch in the model, is RFC 3339 text in UTC. Maps and
 * undefined values have no place in it.
 */
export function isoTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(isoTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      MOMENT.test(key) && typeof inner === 'number' ? isoTime(inner) : isoTimes(inner),
    ]),
  );
}

/** Null for a time that no calendar has. */
function isoTime(at: number): string | null {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
