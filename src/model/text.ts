/**
 * Text that a tenant, a resolver or a server controls is hostile. It passes through here once, where it enters, and is
 * plain printable text on one line afterwards; each output format then only has to escape its own syntax.
 */

// Every character that no line of plain text needs: controls (C0, C1, DEL), line and paragraph separators, bidirectional
// and invisible formatting, byte order marks, lone surrogates, interlinear annotation, tags and variation selectors.
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{e0000}-\u{e0fff}]/gu;

const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

// What nearly every text is: printable ASCII with single spaces. It needs no cleaning.
const ORDINARY = /^[!-~]+(?: [!-~]+)*$/;

/** One line of printable text of at most `maxLength` characters; a cut is marked with `…`. */
export function plainText(text: string, maxLength = 200): string {
  if (text.length <= maxLength && ORDINARY.test(text)) return text;
  // Bounded before the regular expressions see it: their work is linear in what they are given.
  const head = text.length > maxLength * 4 ? text.slice(0, maxLength * 4) : text;
  const clean = head.replace(ANSI, '').replace(UNSAFE, ' ').replace(/\s+/gu, ' ').trim();
  const characters = Array.from(clean);
  if (characters.length <= maxLength && head === text) return clean;
  return `${characters.slice(0, maxLength - 1).join('')}…`;
}

const MAX_DEPTH = 8;

/** Plain data with all of its texts, and the names of its fields, plain and bounded; what is deeper than data of ours becomes `…`. */
export function plainData(value: unknown, maxLength: number, depth = 0): unknown {
  if (typeof value === 'string') return plainText(value, maxLength);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((one: unknown) => plainData(one, maxLength, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [plainText(name), plainData(one, maxLength, depth + 1)]),
  );
}
