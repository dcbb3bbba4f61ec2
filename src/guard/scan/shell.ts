/** Simple commands of a POSIX shell text: enough to see what is run, with what, and what is only text. */
import { unresolved } from './finding.ts';

export interface ShellWord {
  /** Quotes removed; `$x` and its relatives as unresolved parts. */
  readonly text: string;
  readonly offset: number;
  readonly quoted: boolean;
}

export interface SimpleCommand {
  readonly words: readonly ShellWord[];
  readonly offset: number;
}

/** Programs that run their standard input or their arguments as a shell text. */
const INTERPRETERS = /^(?:bash|sh|zsh|dash|ksh|ssh|eval|su)$/;
const MAX_DEPTH = 4;

/** Every simple command, those within substitutions, strings for an interpreter and its here-documents included. */
export function shellCommands(text: string, base = 0, depth = 0): readonly SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  if (depth > MAX_DEPTH) return commands;
  let words: ShellWord[] = [];
  let word = null as { text: string; offset: number; quoted: boolean } | null;
  let heredocs: string[] = [];
  /** The first command of the line at hand. */
  let lineStart = 0;
  let i = 0;

  const endWord = (): void => {
    // NUL stands where an escape of the surrounding format was taken away.
    if (word !== null) words.push({ ...word, text: word.text.replaceAll('\0', '') });
    word = null;
  };
  const endCommand = (): void => {
    endWord();
    const [first] = words;
    if (first !== undefined) {
      commands.push({ words, offset: first.offset });
      for (const inner of innerTexts(words))
        commands.push(...shellCommands(inner.text, inner.offset, depth + 1));
    }
    words = [];
  };
  const put = (part: string, quoted = false): void => {
    word ??= { text: '', offset: base + i, quoted: false };
    word.text += part;
    if (quoted) word.quoted = true;
  };
  /** At a `$`: appends what it stands for and returns the position behind it. */
  const expand = (at: number): number => {
    const rest = text.slice(at, at + 2_000);
    if (rest.startsWith('$((')) return at + 1;
    if (rest.startsWith('$(')) {
      const end = closing(text, at + 1, '(', ')');
      const inner = text.slice(at + 2, end);
      commands.push(...shellCommands(inner, base + at + 2, depth + 1));
      put(unresolved(`$(${inner.slice(0, 80)})`));
      return end + 1;
    }
    if (rest.startsWith('${')) {
      const end = closing(text, at + 1, '{', '}');
      put(
        unresolved(
          text
            .slice(at + 2, end)
            .replace(/^\{\s*|\s*\}$/g, '')
            .trim(),
        ),
      );
      return end + 1;
    }
    const name = /^\$([A-Za-z_]\w*|[0-9@*#?])/.exec(rest)?.[1];
    put(name === undefined ? '$' : unresolved(name));
    return at + 1 + (name?.length ?? 0);
  };

  while (i < text.length) {
    const character = text.charAt(i);
    const next = text.charAt(i + 1);
    if (character === '\0') i += 1;
    else if (character === '\\' && next === '\n') {
      endWord();
      i += 2;
    } else if (character === '\\') {
      put(next);
      i += 2;
    } else if (character === '\n') {
      endCommand();
      i += 1;
      const runs = heredocs.length > 0 && commands.slice(lineStart).some(({ words: all }) => interprets(all));
      for (const delimiter of heredocs) {
        const end = heredocEnd(text, i, delimiter);
        if (runs) commands.push(...shellCommands(text.slice(i, end.body), base + i, depth + 1));
        i = end.next;
      }
      heredocs = [];
      lineStart = commands.length;
    } else if (character === ' ' || character === '\t' || character === '\r') {
      endWord();
      i += 1;
    } else if (character === '#' && word === null) {
      while (i < text.length && text.charAt(i) !== '\n') i += 1;
    } else if (character === "'") {
      const end = text.indexOf("'", i + 1);
      put(text.slice(i + 1, end === -1 ? text.length : end), true);
      i = end === -1 ? text.length : end + 1;
    } else if (character === '"') {
      put('', true);
      i += 1;
      while (i < text.length && text.charAt(i) !== '"') {
        if (text.charAt(i) === '\\') {
          put(text.charAt(i + 1) === '\n' ? ' ' : text.charAt(i + 1));
          i += 2;
        } else if (text.charAt(i) === '$') i = expand(i);
        else {
          put(text.charAt(i));
          i += 1;
        }
      }
      i += 1;
    } else if (character === '$') {
      i = expand(i);
    } else if (text.startsWith('{}', i)) {
      put(unresolved('{}'));
      i += 2;
    } else if (text.startsWith('{{', i)) {
      const end = text.indexOf('}}', i);
      if (end === -1) i += 2;
      else {
        put(unresolved(text.slice(i + 2, end).trim()));
        i = end + 2;
      }
    } else if (text.startsWith('<<', i) && next === '<' && text.charAt(i + 2) !== '<') {
      const match = /^<<-?\s*(['"]?)([A-Za-z_]\w*)\1/.exec(text.slice(i, i + 80));
      endWord();
      if (match?.[2] !== undefined) heredocs.push(match[2]);
      i += match?.[0].length ?? 2;
    } else if (';|&()`'.includes(character)) {
      endCommand();
      i += 1;
    } else {
      put(character);
      i += 1;
    }
  }
  endCommand();
  return commands;
}

/** Quoted texts that are themselves run: `bash -c "…"`, `eval "…"`, or a command that is one quoted text. */
function innerTexts(words: readonly ShellWord[]): readonly ShellWord[] {
  const whole = words.length === 1 && !/^\w+=/.test(words[0]?.text ?? '') ? words : [];
  return (interprets(words) ? words : whole).filter((word) => word.quoted && /\s/.test(word.text));
}

function interprets(words: readonly ShellWord[]): boolean {
  return words.some((word) => INTERPRETERS.test(word.text.split('/').at(-1) ?? ''));
}

function closing(text: string, at: number, open: string, close: string): number {
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    if (text.charAt(i) === open) depth += 1;
    else if (text.charAt(i) === close) {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return text.length;
}

function heredocEnd(
  text: string,
  from: number,
  delimiter: string,
): { readonly body: number; readonly next: number } {
  let at = from;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    if (text.slice(at, end).trim() === delimiter) return { body: at, next: end + 1 };
    at = end + 1;
  }
  return { body: text.length, next: text.length };
}
