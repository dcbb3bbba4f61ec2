/** An RFC 3339 time as milliseconds since the epoch; null when there is none or it cannot be read. */
export function milliseconds(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '');
  // Go's zero time means "not set".
  return Number.isNaN(time) || time <= 0 ? null : time;
}
