/** The part of Markdown that our runbooks are written in, as data; what it does not know stays text. Files of ours, and still only ever text. */

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly text: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] };

export type Cell = readonly Inline[];

export type Inline =
  | { readonly kind: 'text' | 'code' | 'strong' | 'emphasis'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly code: boolean; readonly target: string };

const FENCE = /^```/;
const HEADING = /^(#{1,6}) +(.*)$/;
const BULLET = /^[-*] +(.*)$/;
const NUMBER = /^\d{1,3}[.)] +(.*)$/;
const ROW = /^\|(.*)\|\s*$/;

export function parseMarkdown(text: string): readonly Block[] {
  const lines = text.split(/\r?\n/);
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
    if (line().trim() === '') {
      index += 1;
    } else if (line().startsWith('```')) {
      index += 1;
      const code = take((one) => !one.startsWith('```'));
      index += 1;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (HEADING.test(line())) {
      const [, marks = '', words = ''] = HEADING.exec(line()) ?? [];
      blocks.push({ kind: 'heading', level: marks.length, text: parseInline(words) });
      index += 1;
    } else if (ROW.test(line())) {
      const [head = [], , ...rows] = take((one) => ROW.test(one)).map(cellsOf);
      blocks.push({ kind: 'table', head, rows });
    } else if (BULLET.test(line()) || NUMBER.test(line())) {
      const item = BULLET.test(line()) ? BULLET : NUMBER;
      const taken = take((one) => item.test(one) || /^ +\S/.test(one));
      blocks.push({ kind: 'list', ordered: item === NUMBER, items: itemsOf(taken, item) });
    } else {
      const words = take((one) => one.trim() !== '' && !startsBlock(one));
      blocks.push({ kind: 'paragraph', text: parseInline(words.join(' ')) });
    }
  }
  return blocks;
}

function startsBlock(line: string): boolean {
  return [FENCE, HEADING, BULLET, NUMBER, ROW].some((pattern) => pattern.test(line));
}

/** An indented line goes on with the item above it. */
function itemsOf(lines: readonly string[], item: RegExp): readonly (readonly Inline[])[] {
  const items: string[] = [];
  for (const line of lines) {
    const begun = item.exec(line)?.[1];
    if (begun === undefined) items[items.length - 1] = `${items.at(-1) ?? ''} ${line.trim()}`;
    else items.push(begun);
  }
  return items.map(parseInline);
}

function cellsOf(line: string): readonly Cell[] {
  const inner = ROW.exec(line)?.[1] ?? '';
  return inner.split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim().replaceAll('\\|', '|')));
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[(`?)([^\]`]+)\4\]\(([^)\s]+)\)/g;

export function parseInline(text: string): readonly Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    const [all, code, strong, emphasis, tick, label, target] = match;
    if (code !== undefined) parts.push({ kind: 'code', text: code });
    else if (strong !== undefined) parts.push({ kind: 'strong', text: strong });
    else if (emphasis !== undefined) parts.push({ kind: 'emphasis', text: emphasis });
    else parts.push({ kind: 'link', text: label ?? '', code: tick === '`', target: target ?? '' });
    from = match.index + all.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}
