/** Where lines of text end. Fixed: what is printed never depends on the terminal. Commands are never wrapped. */
const WIDTH = 100;

/**
 * Breaks one line of text at spaces; every line begins with the indent. A word that is longer stays whole. An address such as `::1` never
 * comes first: a CI runner would take it for a command, and what prevents that would break the address.
 */
export function wrap(text: string, indent: number): string {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      const kept = word.startsWith('::') ? line.lastIndexOf(' ') : -1;
      lines.push(kept > 0 ? line.slice(0, kept) : line);
      line = kept > 0 ? `${line.slice(kept + 1)} ${word}` : word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((wrapped) => margin + wrapped).join('\n');
}
