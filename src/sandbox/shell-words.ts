/**
 * Splits a command as a POSIX shell does (POSIX.1-2024, Shell Command Language, 2.2 Quoting), and refuses everything that
 * a shell would do more with than pass it on: the sandbox carries out what is printed, and nothing else.
 */
export type ShellWords =
  { readonly ok: true; readonly words: readonly string[] } | { readonly ok: false; readonly problem: string };

// Unquoted, each of these is an operator, an expansion, a pattern or a comment.
const SPECIAL = '|&;<>()$`*?[]#~={}!\n\r';

export function shellWords(text: string): ShellWords {
  const words: string[] = [];
  let word: string | null = null;
  let index = 0;
  const refuse = (problem: string): ShellWords => ({ ok: false, problem });

  while (index < text.length) {
    const character = text.charAt(index);
    index += 1;
    if (character === ' ' || character === '\t') {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === "'") {
      const end = text.indexOf("'", index);
      if (end < 0) return refuse('unterminated single quote');
      word = (word ?? '') + text.slice(index, end);
      index = end + 1;
    } else if (character === '"') {
      const quoted = doubleQuoted(text, index);
      if (typeof quoted === 'string') return refuse(quoted);
      word = (word ?? '') + quoted.content;
      index = quoted.end;
    } else if (character === '\\') {
      if (index >= text.length) return refuse('backslash at the end');
      if (text.charAt(index) === '\n') return refuse('more than one line');
      word = (word ?? '') + text.charAt(index);
      index += 1;
    } else if (isSpecial(character, word)) {
      return refuse(`unquoted ${JSON.stringify(character)}`);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== null) words.push(word);
  return { ok: true, words };
}

/** `#` begins a comment and `~` expands at the start of a word only; `=` is an assignment before the first one only. */
function isSpecial(character: string, word: string | null): boolean {
  if (character === '#' || character === '~') return word === null;
  if (character === '=') return word?.startsWith('-') !== true;
  return SPECIAL.includes(character);
}

function doubleQuoted(text: string, start: number): { content: string; end: number } | string {
  let content = '';
  for (let index = start; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') return { content, end: index + 1 };
    if (character === '$' || character === '`') return `expansion by ${JSON.stringify(character)}`;
    const next = text.charAt(index + 1);
    if (character === '\\' && '$`"\\'.includes(next) && next !== '') {
      content += next;
      index += 1;
    } else {
      content += character;
    }
  }
  return 'unterminated double quote';
}
