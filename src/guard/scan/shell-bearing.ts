/**
 * What of a file is shell, with everything else blanked, so that offsets stay what they are: workflow steps, recipes,
 * container instructions. Names, descriptions and labels are text and are blanked too.
 */
import type { Language } from './language.ts';

const SHELL_KEYS =
  /^(?:run|script|before_script|after_script|command|commands|cmd|cmds|args|sh|bash|shell|entrypoint|release_command|exec|pre|post|install|deploy|steps|tasks|execute)$/;

export function shellBearing(language: Language, text: string): string {
  switch (language) {
    case 'yaml':
      return yamlScripts(text);
    case 'make':
      return recipes(text, /^\t/)
        .replaceAll('$$', '\0$')
        .replace(/(?<!\0)\$\(([A-Za-z_]\w*)\)/g, '${$1}');
    case 'just':
      return recipes(text, /^[ \t]/);
    case 'dockerfile':
      return instructions(text);
    default:
      return text;
  }
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function recipes(text: string, body: RegExp): string {
  return text
    .split('\n')
    .map((line) =>
      body.test(line) ? line.replace(/^(\s*)[@+-]+/, (all) => ' '.repeat(all.length)) : blank(line),
    )
    .join('\n');
}

function instructions(text: string): string {
  let continued = false;
  let shell = false;
  return text
    .split('\n')
    .map((line) => {
      const instruction = /^\s*(?:ONBUILD\s+)?(RUN|CMD|ENTRYPOINT)\s+(?:--\S+\s+)*/i.exec(line);
      if (!continued) shell = instruction !== null;
      const kept = !shell
        ? blank(line)
        : continued || instruction === null
          ? line
          : blank(instruction[0]) + line.slice(instruction[0].length);
      if (!/^\s*#/.test(line)) continued = line.trimEnd().endsWith('\\');
      return /^\s*\[/.test(kept) ? kept.replace(/[[\],]/g, ' ') : kept;
    })
    .join('\n');
}

/** Values of keys that hold shell: on the same line, as a block, or as items of a list. */
function yamlScripts(text: string): string {
  const parents: { indent: number; shell: boolean }[] = [];
  let block: { indent: number; shell: boolean; folded: boolean } | null = null;
  const lines = text.split('\n').map((line) => {
    const indent = line.length - line.trimStart().length;
    if (block !== null && (line.trim() === '' || indent > block.indent)) {
      return { text: block.shell ? line : blank(line), folded: block.folded && block.shell };
    }
    block = null;
    const match = /^(\s*(?:- +)*)(?:(["']?)([\w./-]+)\2:(?:\s+|$))?(.*)$/.exec(line);
    const [, lead = '', , key, rest = ''] = match ?? [];
    const column = lead.length;
    while ((parents.at(-1)?.indent ?? -1) >= (key === undefined ? column : column)) parents.pop();
    const shell = key === undefined ? (parents.at(-1)?.shell ?? false) : SHELL_KEYS.test(key);
    if (key !== undefined) parents.push({ indent: column, shell });
    const scalar = /^[|>][+-]?\d*\s*(?:#.*)?$/.exec(rest);
    if (scalar !== null) {
      block = { indent: key === undefined ? indent : indent, shell, folded: rest.startsWith('>') };
      return { text: blank(line), folded: false };
    }
    const kept =
      shell && (key !== undefined || lead.includes('-'))
        ? blank(line.slice(0, line.length - rest.length)) + rest
        : blank(line);
    return { text: /^\s*\[.*\]\s*$/.test(kept) ? kept.replace(/[[\],]/g, ' ') : kept, folded: false };
  });
  return lines
    .map(
      (line, index) =>
        line.text +
        (index === lines.length - 1 ? '' : line.folded && lines[index + 1]?.folded === true ? ' ' : '\n'),
    )
    .join('');
}
