/** What a text of the source stands for, as far as the same file says: assignments followed, templates filled. */
import { UNRESOLVED, unresolved } from './finding.ts';

export interface Values {
  /** Fills unresolved parts with what is assigned to their names before `offset`, else anywhere in the file. */
  readonly resolve: (text: string, offset: number) => string;
  /** The text of an expression of a program, unresolved parts marked. */
  readonly expression: (source: string, offset: number) => string;
}

interface Assignment {
  readonly offset: number;
  readonly value: string;
}

/** The value side is read to the end of its line; `=`, `:=`, `:` (of an environment block), `?=`. */
const ASSIGNMENT =
  /^[ \t]*(?:(?:export|local|readonly|declare|typeset|pub|const|let|var|static|final|ENV|ARG)\s+)*(?:-\w+\s+)*(?:mut\s+)?([A-Za-z_]\w*)(?:[ \t]*:[ \t]*[&'\w<>[\]. |]+?)?[ \t]*(?:=|:=|\?=|::=|:(?=\s))[ \t]*(?![=~>])(\S.*?);?[ \t]*$/gm;
const MAX_DEPTH = 5;
const MAX_ASSIGNMENTS = 5_000;

export function valuesOf(code: string, isProgram: boolean): Values {
  const assignments = new Map<string, Assignment[]>();
  let count = 0;
  for (const match of code.matchAll(ASSIGNMENT)) {
    const [, name = '', value = ''] = match;
    if ((count += 1) > MAX_ASSIGNMENTS) break;
    const list = assignments.get(name) ?? [];
    list.push({ offset: match.index, value });
    assignments.set(name, list);
  }
  if (!isProgram) {
    for (const match of code.matchAll(/\bfor\s+(\w+)\s+in\s+([^\s;$(]+)\s*(?:;|\n)/g)) {
      const [, name = '', value = ''] = match;
      assignments.set(name, [...(assignments.get(name) ?? []), { offset: match.index, value }]);
    }
  }

  const valueOf = (name: string, offset: number, depth: number): string | null => {
    const list = assignments.get(name);
    if (list === undefined) return null;
    const before =
      list.filter((assignment) => assignment.offset < offset).at(-1) ??
      (list.length === 1 ? list[0] : undefined);
    if (before === undefined) return null;
    const text = isProgram ? expression(before.value, before.offset, depth + 1) : shellValue(before.value);
    return text.includes(unresolved(name)) ? null : resolve(text, before.offset, depth + 1);
  };

  const resolve = (text: string, offset: number, depth = 0): string =>
    depth > MAX_DEPTH
      ? text
      : text.replace(UNRESOLVED, (whole, raw: string) => {
          const [, name = '', fallback] =
            /^(?:(?:env|vars|inputs|github\.event\.inputs)\.)?([A-Za-z_]\w*)(?::?[-=](.*))?$/.exec(raw) ?? [];
          if (name === '') return whole;
          return (
            valueOf(name, offset, depth) ??
            (fallback === undefined || fallback === '' ? whole : shellValue(fallback))
          );
        });

  const expression = (source: string, offset: number, depth = 0): string => {
    const text = stripped(source);
    if (depth > MAX_DEPTH) return unresolved(text);
    const literal = literalOf(text);
    if (literal !== null) return literal;
    const sum = text.split(/\s*\+\s*/);
    if (sum.length > 1 && sum.some((part) => literalOf(part.trim()) !== null)) {
      return sum.map((part) => expression(part, offset, depth + 1)).join('');
    }
    return /^[A-Za-z_]\w*$/.test(text)
      ? (valueOf(text, offset, depth) ?? unresolved(text))
      : unresolved(text);
  };

  return {
    resolve: (text, offset) => resolve(text, offset),
    expression: (source, offset) => expression(source, offset),
  };
}

const REFERENCE =
  /\$\{\{\s*([^}]*?)\s*\}\}|\{\{\s*([^}]*?)\s*\}\}|\$\{([^}]*)\}|\$\(([^)]*)\)|\$([A-Za-z_]\w*|[0-9@])/g;

/** The right side of a shell, environment or recipe assignment: a quoted text, or the first word. */
function shellValue(source: string): string {
  const [, quoted] = /^(["'])/.exec(source) ?? [];
  const end = quoted === undefined ? -1 : source.indexOf(quoted, 1);
  const text = end === -1 ? source.replace(/\s+#.*$/, '') : source.slice(1, end);
  const filled = text.replace(
    REFERENCE,
    (_all, action?: string, recipe?: string, braced?: string, command?: string, plain?: string) =>
      unresolved(action ?? recipe ?? braced ?? command ?? plain ?? ''),
  );
  const added = end === -1 ? null : /^\s*\+\s*(\w+)/.exec(source.slice(end + 1));
  if (added?.[1] !== undefined) return filled + unresolved(added[1]);
  return end === -1 ? (/^(?:\u0001[^\u0002]*\u0002|[^\s;&|])*/.exec(filled)?.[0] ?? '') : filled;
}

/** Without what changes nothing: references, conversions, awaiting, error propagation. */
function stripped(source: string): string {
  let text = source
    .trim()
    .replace(/[;,]+$/, '')
    .trim();
  for (;;) {
    const next = text
      .replace(/^(?:&mut |&|\*|await |move )\s*/, '')
      .replace(
        /(?:\.(?:to_string|to_owned|clone|as_str|as_ref|into|trim|toString|as_deref|unwrap)\(\)|\?|\.await|!)$/,
        '',
      )
      .replace(/^String::from\((.*)\)$/s, '$1')
      .replace(/^(?:str|String)\((.*)\)$/s, '$1')
      .trim();
    if (next === text) return text;
    text = next;
  }
}

/** The text of a string literal or a formatting call, its holes unresolved; null for anything else. */
function literalOf(text: string): string | null {
  const plain = /^(?:b?r#*|[rbu])?(["'])((?:\\.|(?!\1)[^\\])*)\1#*$/s.exec(text);
  if (plain !== null) return plain[2] ?? '';
  const template = /^`((?:\\.|[^`\\])*)`$/s.exec(text);
  if (template !== null)
    return (template[1] ?? '').replace(/\$\{([^}]*)\}/g, (_all, name: string) => unresolved(name));
  const formatted = /^[fF][rR]?(["'])(.*)\1$/s.exec(text);
  if (formatted !== null)
    return (formatted[2] ?? '').replace(/\{([^}]*)\}/g, (_all, name: string) => unresolved(name));
  const call = /^(?:format!|fmt\.Sprintf|format_args!)\s*\(\s*"((?:\\.|[^"\\])*)"\s*(?:,(.*))?\)$/s.exec(
    text,
  );
  if (call !== null) return filled(call[1] ?? '', call[2] ?? '');
  const method =
    /^(["'])(.*?)\1\.format\((.*)\)$/s.exec(text) ?? /^(["'])(.*?)\1\s*%\s*\(?(.*?)\)?$/s.exec(text);
  return method === null ? null : filled(method[2] ?? '', method[3] ?? '');
}

function filled(template: string, list: string): string {
  const values = list.split(',').map((value) => value.trim());
  let index = 0;
  return template.replace(/\{([^}]*)\}|%[sdvq]/g, (_all, name?: string) => {
    const given = name === undefined || /^(?::.*)?$/.test(name) ? (values[index++] ?? '') : name;
    const [, start, rest] = /^["'`]([^"'`]*)["'`]\s*\+\s*(.*)$/.exec(given) ?? [];
    return start === undefined ? unresolved(given) : start + unresolved(rest ?? '');
  });
}
