/** Separates code, strings and comments of a program; enough for that and nothing more. */
import type { Language } from './language.ts';

export interface SourceString {
  /** Between the quotes. */
  readonly text: string;
  /** Offset of the opening quote, its prefix included, and of what follows the closing one. */
  readonly start: number;
  readonly end: number;
  /** A string that is a statement by itself: documentation. */
  readonly documentation: boolean;
}

export interface Lexed {
  /** The text with comments and the contents of strings blanked; quotes stay. */
  readonly bare: string;
  /** The text with comments blanked. */
  readonly code: string;
  readonly strings: readonly SourceString[];
}

export function lex(language: Language, text: string): Lexed {
  const strings: SourceString[] = [];
  const code: string[] = [];
  const bare: string[] = [];
  const emit = (from: number, to: number, kind: 'code' | 'string' | 'comment'): void => {
    const part = text.slice(from, to);
    const empty = part.replace(/[^\n]/g, ' ');
    code.push(kind === 'comment' ? empty : part);
    bare.push(kind === 'code' ? part : empty);
  };
  const hash = language === 'python';
  let i = 0;
  let lastCode = '\n';
  while (i < text.length) {
    const rest2 = text.slice(i, i + 2);
    const character = text.charAt(i);
    if (hash ? character === '#' : rest2 === '//') {
      const newline = text.indexOf('\n', i);
      const end = newline === -1 ? text.length : newline;
      emit(i, end, 'comment');
      i = end;
      continue;
    }
    if (!hash && rest2 === '/*') {
      const close = text.indexOf('*/', i + 2);
      const end = close === -1 ? text.length : close + 2;
      emit(i, end, 'comment');
      i = end;
      continue;
    }
    const string = stringAt(language, text, i) ?? (language === 'script' ? regexAt(text, i, lastCode) : null);
    if (string !== null) {
      const documentation =
        string.triple &&
        /[\n:;{]/.test(lastCode) &&
        (lastCode !== ':' || /:\s*\n\s*$/.test(text.slice(Math.max(0, i - 200), i)));
      emit(i, string.from, 'code');
      emit(string.from, string.to, 'string');
      emit(string.to, string.end, 'code');
      if (string.isText)
        strings.push({ text: text.slice(string.from, string.to), start: i, end: string.end, documentation });
      i = string.end;
      lastCode = '"';
      continue;
    }
    emit(i, i + 1, 'code');
    if (character === '\n' ? language === 'python' && /[\w)\]}]/.test(lastCode) : !/\s/.test(character))
      lastCode = character;
    i += 1;
  }
  return { bare: bare.join(''), code: code.join(''), strings };
}

interface Extent {
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly triple: boolean;
  readonly isText: boolean;
}

function stringAt(language: Language, text: string, at: number): Extent | null {
  const previous = text.charAt(at - 1);
  const ahead = text.slice(at, at + 24);
  if (language === 'rust') {
    const raw = /^b?r(#*)"/.exec(ahead);
    if (raw !== null && !/\w/.test(previous))
      return closedBy(text, at, raw[0].length, `"${raw[1] ?? ''}`, false);
    if (text.charAt(at) === '"') return closedBy(text, at, 1, '"', true);
    const char = /^'(?:\\.[^']{0,8}|[^\\'])'/.exec(ahead);
    return char === null
      ? null
      : { from: at + 1, to: at + char[0].length - 1, end: at + char[0].length, triple: false, isText: false };
  }
  if (language === 'python') {
    const match = /^([rbfu]{0,2})("""|'''|"|')/i.exec(ahead);
    if (match === null || (match[1] !== '' && /\w/.test(previous))) return null;
    return closedBy(text, at, match[0].length, match[2] ?? '"', true);
  }
  if (language === 'go' && ahead.startsWith('`')) return closedBy(text, at, 1, '`', false);
  const quotes = language === 'script' ? '"\'`' : language === 'go' ? '"\'' : '"';
  return quotes.includes(text.charAt(at)) ? closedBy(text, at, 1, text.charAt(at), true) : null;
}

function closedBy(text: string, at: number, opening: number, close: string, escapes: boolean): Extent {
  const from = at + opening;
  let i = from;
  let depth = 0;
  while (i < text.length) {
    if (escapes && text.charAt(i) === '\\') {
      i += 2;
      continue;
    }
    if (close === '`' && escapes && text.startsWith('${', i)) depth += 1;
    else if (depth > 0 && text.charAt(i) === '}') depth -= 1;
    else if (depth === 0 && text.startsWith(close, i)) break;
    i += 1;
  }
  const to = Math.min(i, text.length);
  return {
    from,
    to,
    end: Math.min(to + close.length, text.length),
    triple: close.length >= 3 && !close.includes('#'),
    isText: true,
  };
}

/** A regular expression literal, so that a quote in it opens no string. */
function regexAt(text: string, at: number, lastCode: string): Extent | null {
  if (text.charAt(at) !== '/' || !/[(,=:[!&|?{};\n>]/.test(lastCode)) return null;
  const match = /^\/(?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\n\\[])+\//.exec(text.slice(at, at + 500));
  return match === null
    ? null
    : { from: at + 1, to: at + match[0].length - 1, end: at + match[0].length, triple: false, isText: false };
}
