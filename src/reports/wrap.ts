/** Where lines of text end. Fixed: what is printed never depends on the terminal. Commands are never wrapped. */
const WIDTH = 100;

/** Breaks one line of text at spaces; every line begins with the indent. A word that is longer stays whole. */
export function wrap(text: string, indent: number): string {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((wrapped) => margin + wrapped).join('\n');
}
