/** Finding one's way in the text of a program whose comments and strings are blanked. */

/** Functions whose arguments are read by people. */
export const SPEAKS =
  /(?:^|[.:])(?:e?print\w*|log\w*|console\.\w+|info|warn\w*|error\w*|debug|trace|fatal\w*|panic|bail|anyhow|ensure|expect|help|about|long_about|description|describe|usage|raise|throw|Error\w*|\w*Error|\w*Exception|echo|write\w*|format|docs?|message|title|text|option|assert\w*)!?$/i;

export interface Callee {
  readonly name: string;
  readonly start: number;
  readonly open: number;
}

/** Which call the offset is an argument of; arrays and objects in between do not count. */
export function calleeOf(bare: string, offset: number): Callee {
  let depth = 0;
  for (let i = offset - 1; i >= Math.max(0, offset - 1_500); i -= 1) {
    const character = bare.charAt(i);
    if (character === ')') depth += 1;
    else if (character === '(' && depth > 0) depth -= 1;
    else if (character === '(') {
      const name = /([\w$.:]+!?)\s*$/.exec(bare.slice(Math.max(0, i - 80), i))?.[1] ?? '';
      return { name, start: i - name.length, open: i };
    } else if (character === ';' && depth === 0) break;
  }
  const tag = /([\w$.]+)$/.exec(bare.slice(Math.max(0, offset - 40), offset))?.[1] ?? '';
  return { name: tag, start: offset, open: offset };
}

export function closing(bare: string, open: number): number {
  let depth = 0;
  for (let i = open; i < Math.min(bare.length, open + 4_000); i += 1) {
    if ('([{'.includes(bare.charAt(i))) depth += 1;
    else if (')]}'.includes(bare.charAt(i)) && (depth -= 1) === 0) return i;
  }
  return Math.min(bare.length, open + 4_000);
}

/** Arguments between two offsets, divided at the commas of their own level. */
export function split(bare: string, code: string, from: number, to: number): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = from;
  for (let i = from; i <= to; i += 1) {
    const character = bare.charAt(i);
    if (i === to || (character === ',' && depth === 0)) {
      parts.push(code.slice(start, i));
      start = i + 1;
    } else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
  }
  return parts.filter((part) => part.trim() !== '');
}

/** Where the argument that goes on at `from` ends: at a comma, a semicolon or a closing bracket of its own level. */
export function argumentEnd(bare: string, from: number): number {
  let depth = 0;
  const limit = Math.min(bare.length, from + 1_000);
  for (let i = from; i < limit; i += 1) {
    const character = bare.charAt(i);
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (depth < 0 || (depth === 0 && (character === ',' || character === ';' || character === '\n')))
      return i;
  }
  return limit;
}
