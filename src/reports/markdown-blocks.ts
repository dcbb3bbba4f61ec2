import { say, withoutRunnerCommands } from './wording.ts';

/** Pieces of Markdown documents. What comes in is Markdown already, but for `code` and `block`, which take plain text. */

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

/** A code span; a backtick in it would end it, a bar would end a cell. */
export function code(text: string): string {
  return `\`${say(text).replaceAll('`', "'").replaceAll('|', '/')}\``;
}

/** A fenced block. The fence is longer than any run of backticks inside: the block cannot be left (CommonMark, fenced code blocks). */
export function block(language: string, lines: readonly string[]): string {
  const text = withoutRunnerCommands(lines.map(say).join('\n'));
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
