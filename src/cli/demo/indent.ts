/** Moves every line that is not empty to the right. */
export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gmu, '   ');
}
