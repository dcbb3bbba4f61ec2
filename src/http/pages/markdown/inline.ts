/** Words within a line. */
export type Inline =
  | { readonly kind: 'text' | 'code' | 'strong' | 'emphasis'; readonly text: string }
  | { readonly kind: 'task'; readonly done: boolean }
  | { readonly kind: 'link'; readonly text: string; readonly code: boolean; readonly target: string };

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' };

/** In the order in which they win: an escape before everything, then code, whose inside means itself. */
const INLINE = new RegExp(
  [
    /\\(?<escaped>[!-/:-@[-`{-~])/,
    /&(?:#(?<number>\d{1,7})|(?<entity>[a-z]{2,6}));/,
    /``(?<longCode>.+?)``|`(?<code>[^`]+)`/,
    /\*\*(?<strong>(?:\\.|[^*\\])+)\*\*/,
    /\*(?<emphasis>[^*\s\\][^*\\]*)\*/,
    /\[(?<tick>`?)(?<label>[^\]`]+)\k<tick>\]\((?<target>[^)\s]+)\)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
const TASK = /^\[([ x])\] +/;

/** Neighbouring texts become one; what is not closed is text. */
export function parseInline(text: string): readonly Inline[] {
  const task = TASK.exec(text);
  const parts: Inline[] = task === null ? [] : [{ kind: 'task', done: task[1] === 'x' }];
  const say = (words: string): void => {
    const last = parts.at(-1);
    if (words === '') return;
    if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + words };
    else parts.push({ kind: 'text', text: words });
  };
  const rest = text.slice(task?.[0].length ?? 0);
  let from = 0;
  for (const match of rest.matchAll(INLINE)) {
    say(rest.slice(from, match.index));
    from = match.index + match[0].length;
    const part = match.groups ?? {};
    const code = part.longCode?.replaceAll(/^ (.+) $/g, '$1') ?? part.code;
    if (code !== undefined) parts.push({ kind: 'code', text: code });
    else if (part.strong !== undefined) parts.push({ kind: 'strong', text: plain(part.strong) });
    else if (part.emphasis !== undefined) parts.push({ kind: 'emphasis', text: plain(part.emphasis) });
    else if (part.target !== undefined)
      parts.push({
        kind: 'link',
        text: plain(part.label ?? ''),
        code: part.tick === '`',
        target: part.target,
      });
    else say(plain(match[0]));
  }
  say(rest.slice(from));
  return parts;
}

/** Escapes and entities as the characters that they stand for. */
function plain(text: string): string {
  return text.replaceAll(
    /\\([!-/:-@[-`{-~])|&(?:#(\d{1,7})|([a-z]{2,6}));/g,
    (all: string, escaped?: string, number?: string, entity?: string) => {
      if (escaped !== undefined) return escaped;
      if (number !== undefined)
        return Number(number) <= 0x10ffff ? String.fromCodePoint(Number(number)) : all;
      return ENTITIES[entity ?? ''] ?? all;
    },
  );
}
