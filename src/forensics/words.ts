/** At most `shown` of them, the rest counted. */
export function listed(names: readonly string[], shown = 5): string {
  const rest = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
