import { parseInline, type Inline } from './inline.ts';

/**
 * The part of Markdown that our own documents and drafts are written in, as data; what it does not know stays text. Texts of
 * tenants in a draft are escaped there, and are only ever text here.
 */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly text: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | List
  | { readonly kind: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] };

export interface List {
  readonly kind: 'list';
  readonly ordered: boolean;
  readonly items: readonly Item[];
}

export interface Item {
  readonly text: readonly Inline[];
  /** What stands below it, indented. */
  readonly below: readonly Block[];
}

export type Cell = readonly Inline[];

const FENCE = /^(`{3,})/;
const HEADING = /^(#{1,6}) +(.*)$/;
const BULLET = /^[-*] +(.*)$/;
const NUMBER = /^\d{1,3}[.)] +(.*)$/;
const ROW = /^\|(.*)\|\s*$/;
const RULE = /^\|[\s:|-]+\|\s*$/;

export function parseMarkdown(text: string): readonly Block[] {
  return parseLines(text.split(/\r?\n/), 0);
}

/** Lists in lists in lists: deeper ones stay text. */
const MAX_DEPTH = 3;

function parseLines(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = [];
  let index = 0;
  const line = (): string => lines[index] ?? '';
  /** The lines from here on for which the test holds. */
  const take = (test: (line: string) => boolean): readonly string[] => {
    const taken: string[] = [];
    while (index < lines.length && test(line())) {
      taken.push(line());
      index += 1;
    }
    return taken;
  };
  while (index < lines.length) {
    const fence = FENCE.exec(line())?.[1];
    if (line().trim() === '') {
      index += 1;
    } else if (fence !== undefined) {
      index += 1;
      const code = take((one) => !one.startsWith(fence));
      index += 1;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (HEADING.test(line())) {
      const [, marks = '', words = ''] = HEADING.exec(line()) ?? [];
      blocks.push({ kind: 'heading', level: marks.length, text: parseInline(words) });
      index += 1;
    } else if (ROW.test(line())) {
      const [head = [], ...rows] = take((one) => ROW.test(one))
        .filter((one) => !RULE.test(one))
        .map(cellsOf);
      blocks.push({ kind: 'table', head, rows });
    } else if (depth < MAX_DEPTH && itemOf(line()) !== undefined) {
      const item = BULLET.test(line()) ? BULLET : NUMBER;
      const taken = take((one) => item.test(one) || /^ +\S/.test(one));
      blocks.push({ kind: 'list', ordered: item === NUMBER, items: itemsOf(taken, item, depth) });
    } else {
      // Its first line counts whatever it looks like: each round takes a line at least.
      const first = line();
      index += 1;
      const words = [first, ...take((one) => one.trim() !== '' && !startsBlock(one))];
      blocks.push({ kind: 'paragraph', text: parseInline(words.map((one) => one.trim()).join(' ')) });
    }
  }
  return blocks;
}

function itemOf(line: string): string | undefined {
  return BULLET.exec(line)?.[1] ?? NUMBER.exec(line)?.[1];
}

function startsBlock(line: string): boolean {
  return [FENCE, HEADING, BULLET, NUMBER, ROW].some((pattern) => pattern.test(line));
}

/** An indented line goes on with the item above it, or is a block of its own below that. */
function itemsOf(lines: readonly string[], item: RegExp, depth: number): readonly Item[] {
  const items: { words: string; below: string[] }[] = [];
  for (const line of lines) {
    const begun = item.exec(line)?.[1];
    const last = items.at(-1);
    if (begun !== undefined || last === undefined) items.push({ words: begun ?? line, below: [] });
    else if (last.below.length > 0 || startsBlock(line.trim())) last.below.push(line);
    else last.words += ` ${line.trim()}`;
  }
  return items.map(({ words, below }) => ({
    text: parseInline(words),
    below: parseLines(unindented(below), depth + 1),
  }));
}

function unindented(lines: readonly string[]): readonly string[] {
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent));
}

function cellsOf(line: string): readonly Cell[] {
  const inner = ROW.exec(line)?.[1] ?? '';
  return inner.split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim().replaceAll('\\|', '|')));
}
