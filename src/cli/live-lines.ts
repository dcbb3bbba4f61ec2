import type { OutputStream } from './context.ts';

/** Lines at the end of a terminal that are replaced in place. */
export interface LiveLines {
  /** Takes away what stands there and writes these lines, in one go: nothing flickers. */
  readonly replace: (lines: readonly LiveLine[]) => void;
  /** One more line, as long as the screen has room for it. */
  readonly add: (line: LiveLine) => void;
  readonly clear: () => void;
}

export interface LiveLine {
  /** How it begins, styled by escape codes only: what they add has no width. */
  readonly lead: string;
  readonly style: (text: string) => string;
  readonly rest?: string;
}

export function liveLines(stream: OutputStream): LiveLines {
  /** The widths of the lines that stand there. */
  let drawn: readonly number[] = [];
  // Some terminals say 0 for a size that they do not know.
  const columns = (): number => Math.max(20, stream.columns === undefined ? 80 : stream.columns || 80);
  const rows = (): number => Math.max(2, stream.rows === undefined ? 24 : stream.rows || 24);

  const erasing = (): string => {
    // A terminal that became narrower has wrapped what stands there. To the first column (someone may have typed Ctrl-C), up, and clear
    // to the end of the screen (ECMA-48 CUU, ED).
    const up = drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns())), 0);
    return up === 0 ? '' : `\r\u001b[${Math.min(up, rows() - 1)}A\u001b[J`;
  };
  const write = (before: string, lines: readonly LiveLine[]): void => {
    // A line that wraps, or scrolls off the screen, could not be taken away again.
    const width = columns() - 1;
    const texts = lines.map(({ lead, rest = '', style }) => {
      const whole = cut(lead + rest, width);
      drawn = [...drawn, widthOf(whole)];
      return `${style(whole.slice(0, lead.length))}${whole.slice(lead.length)}\n`;
    });
    stream.write(before + texts.join(''));
  };

  return {
    replace: (lines) => {
      const before = erasing();
      drawn = [];
      write(before, lines.slice(0, rows() - 1));
    },
    add: (line) => {
      if (drawn.length < rows() - 1) write('', [line]);
    },
    clear: () => {
      const before = erasing();
      drawn = [];
      if (before !== '') stream.write(before);
    },
  };
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const character of text) {
    used += widthOf(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** In cells. Scripts of East Asia take two; what is counted as too wide only cuts a line early. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += (character.codePointAt(0) ?? 0) >= 0x1100 && !isPunctuation(character) ? 2 : 1;
  return width;
}

/** General punctuation such as “ ” … lies above and is narrow. */
function isPunctuation(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x2000 && code < 0x2e80;
}
