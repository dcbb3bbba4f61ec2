/** Is a place preceded by a check that keeps tenants' apps out? */
import type { Platform } from '../../model/platform.ts';

const LOOK_BACK = 30;
const STOPS = /\b(?:return|throw|raise|exit|die|fail|bail!?|panic!?|continue|abort|Err)\b/;
/** Not what is only printed, nor a guard whose refusal is passed over. */
const GUARD =
  /tenantwatch\s+guard\s+certs\b(?<!\b(?:echo|printf)\s[^;&|]{0,200})(?!.{0,200}\|\|\s*(?:true|:)(?![\w:]))|checkCertificateTarget\s*\(|\/guard\/certificates\b/;
const COMMENT = /(?:^|\s)(?:#|\/\/|--\s)[^\n]*/;

/**
 * True after the product's own guard, after a test of the app's name that leaves (`starts_with("sp-")` with a `return Err`), or within a
 * comparison with the management app. `line` counts from 0.
 */
export function isGuarded(lines: readonly string[], line: number, platform: Platform): boolean {
  const from = Math.max(0, line - LOOK_BACK);
  const code = (at: number): string => (lines[at] ?? '').replace(COMMENT, '');
  if (GUARD.test(code(line))) return true;
  for (let i = line - 1; i >= from; i -= 1) {
    const text = code(i);
    if (/^(?:\}|end\b|\s*(?:pub\s+)?(?:async\s+)?(?:fn|def|func|function)\s)/.test(text)) {
      // A test in another function guards that one.
      return false;
    }
    const leaves = STOPS.test(lines.slice(i, Math.min(i + 7, line)).join('\n'));
    if (GUARD.test(text) || (leaves && refusesTenants(text, platform))) return true;
    if (comparesWithManagement(text, platform) && (/!=|-ne|\bnot\b|\bisnt\b/.test(text) ? leaves : !leaves))
      return true;
  }
  return false;
}

function refusesTenants(text: string, platform: Platform): boolean {
  const [prefix = ''] = platform.tenantApp.split('{tenant}');
  if (prefix === '') return false;
  const quoted = escaped(prefix);
  return new RegExp(
    `(?:starts_?with|HasPrefix)\\s*\\([^)]*["'\`]${quoted}["'\`]|(?:==|=~|=)\\s*["']?\\^?${quoted}["']?\\*?|^\\s*["']?${quoted}["']?\\*\\s*\\)|/\\^${quoted}`,
    'i',
  ).test(text);
}

function comparesWithManagement(text: string, platform: Platform): boolean {
  return (
    new RegExp(`(?:==|!=|=|===|!==)\\s*["'\`]?${escaped(platform.managementApp)}\\b`).test(text) &&
    /\b(?:if|assert|test|ensure|when|unless)\b|\[\[?\s|\bcase\b/.test(text)
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
