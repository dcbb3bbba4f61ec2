/**
 * What of a file is shell, with everything else blanked, so that offsets stay what they are: workflow steps, recipes,
 * container instructions, scripts of a package. Names, descriptions and labels are text and are blanked too.
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
    case 'package-json':
      return packageScripts(text);
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
  let heredoc: string | undefined;
  return text
    .split('\n')
    .map((line) => {
      if (heredoc !== undefined) {
        if (line.trim() === heredoc) heredoc = undefined;
        return shell ? line : blank(line);
      }
      const instruction = /^\s*(?:ONBUILD\s+)?(RUN|CMD|ENTRYPOINT)\s+(?:--\S+\s+)*/i.exec(line);
      if (!continued) shell = instruction !== null;
      const kept = !shell
        ? blank(line)
        : continued || instruction === null
          ? line
          : blank(instruction[0]) + line.slice(instruction[0].length);
      if (!/^\s*#/.test(line)) continued = line.trimEnd().endsWith('\\');
      const [opening = '', , delimiter] = /<<-?(["']?)([A-Za-z_]\w*)\1/.exec(line) ?? [];
      heredoc = delimiter;
      // `RUN <<EOF` without a program: the body itself is run.
      if (opening !== '' && kept.trim() === opening) return blank(line);
      return /^\s*\[/.test(kept) ? kept.replace(/[[\],]/g, ' ') : kept;
    })
    .join('\n');
}

/** The values of `scripts`, one a line; NUL fills up what their escapes take away. */
function packageScripts(text: string): string {
  const scripts = /"scripts"\s*:\s*\{/.exec(text);
  if (scripts === null) return blank(text);
  const entry = /[\s,]*"(?:[^"\\]|\\.)*"\s*:\s*"((?:[^"\\]|\\.)*)"/y;
  entry.lastIndex = scripts.index + scripts[0].length;
  let shell = '';
  for (let match = entry.exec(text); match !== null; match = entry.exec(text)) {
    const value = match[1] ?? '';
    const from = entry.lastIndex - 1 - value.length;
    shell += `${blank(text.slice(shell.length, from))}${unescaped(value)}\n`;
  }
  return shell;
}

function unescaped(json: string): string {
  return json.replace(/(?:\\.)+/g, (escapes) => {
    const plain = escapes.replace(/\\(.)/g, (_all, character: string) =>
      character === 'n' ? '\n' : character === 't' ? '\t' : character,
    );
    return '\0'.repeat(escapes.length - plain.length) + plain;
  });
}

/** Values of keys that hold shell: on the same line, on the next ones, as a block, or as items of a list. */
function yamlScripts(text: string): string {
  const aliased = aliasedScripts(text);
  const parents: { indent: number; shell: boolean }[] = [];
  let block: { indent: number; shell: boolean; folded: boolean; begun: boolean } | null = null;
  // `joins`: the line goes on the one before it.
  const lines = text.split('\n').map((line): { text: string; joins: boolean } => {
    const indent = line.length - line.trimStart().length;
    if (block !== null && (line.trim() === '' || indent > block.indent)) {
      const joins = block.shell && block.folded && block.begun;
      block.begun = true;
      return { text: block.shell ? line : blank(line), joins };
    }
    block = null;
    if (/^\s*(?:#|$)/.test(line)) return { text: blank(line), joins: false };
    const match = /^(\s*(?:- +)*)(?:(["']?)([\w./-]+)\2:(?:\s+|$))?((?:[&!]\S+(?:\s+|$))*)(.*)$/.exec(line);
    const [, lead = '', , key, properties = '', value = ''] = match ?? [];
    const column = lead.length;
    while ((parents.at(-1)?.indent ?? -1) >= column) parents.pop();
    const anchor = /&(\S+)/.exec(properties)?.[1];
    const shell =
      (key === undefined ? parents.at(-1)?.shell === true : SHELL_KEYS.test(key)) ||
      (anchor !== undefined && aliased.has(anchor));
    if (key !== undefined) parents.push({ indent: column, shell });
    if (/^[|>][-+\d]*\s*(?:#.*)?$/.test(value)) {
      block = { indent, shell, folded: value.startsWith('>'), begun: false };
      return { text: blank(line), joins: false };
    }
    const kept = shell ? blank(line.slice(0, line.length - value.length)) + value : blank(line);
    return {
      text: /^\s*\[.*\]\s*$/.test(kept) ? kept.replace(/[[\],]/g, ' ') : kept,
      joins: shell && key === undefined && !lead.includes('-'),
    };
  });
  return lines.map((line, index) => (index === 0 ? '' : line.joins ? ' ' : '\n') + line.text).join('');
}

/** Anchors whose nodes are taken as scripts elsewhere: `- *name` in a list, `script: *name`. */
function aliasedScripts(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, key, name = ''] of text.matchAll(/^[ \t]*(?:- +)*(?:([\w./-]+):[ \t]+)?\*([^\s,]+)[ \t]*$/gm))
    if (key === undefined || SHELL_KEYS.test(key)) names.add(name);
  return names;
}
