import { say, withoutRunnerCommands } from './wording.ts';

/** Pieces of Markdown documents. What comes in is Markdown already, but for `prose`, `code`, `block` and `link`, which take plain text. */

export function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

export function numbered(items: readonly string[]): string {
  return items.map((item, index) => `${index + 1}. ${item}`).join('\n');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A sentence: escaped, but for signs between letters and digits and for brackets, which mean nothing there and are to be read. */
export function prose(text: string): string {
  return escapeMarkdown(text)
    .replace(/(?<=[a-z0-9])\\([-.])(?=[a-z0-9])/gi, '$1')
    .replace(/\\([()])/g, '$1');
}

/** A link to an address of our own making; anything unusual is shown as text. */
export function link(label: string, url: string): string {
  return /^https?:\/\/[\w.:/#?=&%~-]+$/.test(url)
    ? `[${prose(label)}](${url})`
    : `${prose(label)}: ${code(url)}`;
}

/** A code span; a backtick in it would end it, a bar would end a cell. */
export function code(text: string): string {
  return `\`${say(text).replaceAll('`', "'").replaceAll('|', '/')}\``;
}

/** A fenced block. The fence is longer than any run of backticks inside: the block cannot be left (CommonMark, fenced code blocks). */
export function block(language: string, lines: readonly string[]): string {
  const text = withoutRunnerCommands(lines.map(indented).join('\n'));
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function indented(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${say(line)}`;
}

/**
 * Plain text inside Markdown: nothing in it is markup, HTML, a link or a mention. Punctuation is escaped as CommonMark allows; what GitHub
 * recognizes in plain text (`@name`, `#1`, `www.`, `https://`) is broken by entities and a zero-width space.
 */
export function escapeMarkdown(text: string): string {
  return say(text)
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/:\/\//g, ':&#47;&#47;')
    .replace(/www\./gi, (found) => `${found.slice(0, 3)}&#46;`)
    .replace(/@/g, '@&#8203;')
    .replace(/[\\`*_{}[\]()+!|~^$=-]/g, (character) => `\\${character}`)
    .replace(/:(?=:)/g, ':\\')
    .replace(/(?<!&)#/g, '\\#')
    .replace(/(^| )(\d+)\./g, '$1$2\\.');
}
