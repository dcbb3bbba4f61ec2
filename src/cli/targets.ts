/** The names in a `--tenants` file: one a line, blank lines and what follows `#` left out. */
export function tenantNames(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}
