import type { VerifyResult } from '../model/diagnosis.ts';

// JSON.stringify escapes C0 controls and lone surrogates, but not what a terminal may still act on or hide: DEL, C1 (0x9b begins an
// escape sequence), line separators, bidirectional and invisible formatting, tags, non-characters.
// A CI runner takes `##[` anywhere for a command.
const RISKY =
  /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|\udb40[\udc00-\udfff]|(?<=##)\[/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The document of section 6 of the contracts: one JSON text with a final newline, safe to print. */
export function jsonReport(result: VerifyResult): string {
  return printableJson(result);
}

/** Any plain data in the same manner. */
export function printableJson(data: unknown): string {
  const text = JSON.stringify(data, null, 2);
  return `${text.replace(RISKY, (match) => Array.from({ length: match.length }, (_, index) => escapeUnit(match.charAt(index))).join(''))}\n`;
}
