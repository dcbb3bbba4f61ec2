/** A path of ours to return to; everything that a browser could take for another place becomes the fleet. */
export function ownPath(given: unknown): string {
  if (typeof given !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/u.test(given)) return '/';
  // A browser reads `\` as `/`; a parser decides, not a pattern.
  const base = 'http://own.invalid';
  const url = URL.parse(given, base);
  return url?.origin === base ? `${url.pathname}${url.search}` : '/';
}
