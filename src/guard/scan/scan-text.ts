/** Looks through one source for places that add certificates, and says what each of them adds to. */
import type { Platform } from '../../model/platform.ts';
import { plainText } from '../../model/text.ts';
import { VERDICTS } from '../../model/verdict.ts';
import { commandPlaces } from './commands.ts';
import type { Finding, Place } from './finding.ts';
import { isGuarded } from './guarded.ts';
import { judge } from './judge.ts';
import { languageOf } from './language.ts';
import type { Language } from './language.ts';
import { lex } from './lex.ts';
import { programPlaces } from './programs.ts';
import { shellBearing } from './shell-bearing.ts';
import { valuesOf } from './values.ts';
import type { Values } from './values.ts';

/** Nothing is found in a text without one of these, so most files are never read closer. */
const WORTH_READING = /certs|certificates|add_?\w*cert|create_?\w*cert/i;
/** A generated or vendored file of this size is nobody's deploy script. */
export const MAX_SOURCE_LENGTH = 1_000_000;
const MAX_FINDINGS = 200;
const SUPPRESSION = /(?:#|\/\/|\/\*|--|<!--)\s*tenantwatch-ignore:\s*(\S.*?)\s*(?:\*\/|-->)?$/;

/**
 * Every place in the source that adds a certificate, in order, judged: `fail` adds where it conflicts, `warn` could not be told,
 * `pass` is where it belongs, `skipped` is suppressed by a comment `tenantwatch-ignore: <reason>` on the line or the one
 * before. Paths that are not read (documentation, tests of programs, unknown languages) give none.
 */
export function scanText(path: string, source: string, platform: Platform): readonly Finding[] {
  if (source.length > MAX_SOURCE_LENGTH || !WORTH_READING.test(source)) return [];
  const text = source.replaceAll('\r\n', '\n');
  const language = languageOf(path, text);
  if (language === null) return [];
  const { places, values } = read(language, text);
  const lines = text.split('\n');
  const position = positions(text);
  // A line may be long and hold many places: it is looked at once.
  const guards = new Map<number, boolean>();
  const guarded = (line: number): boolean => {
    const answer = guards.get(line) ?? isGuarded(lines, line, platform);
    guards.set(line, answer);
    return answer;
  };
  // Of what stands on one line, the worst.
  const findings = new Map<number, Finding>();
  for (const place of places.toSorted((a, b) => a.offset - b.offset)) {
    const { line, column } = position(place.offset);
    const judgement = judged(place, line - 1, { lines, values, platform, guarded });
    if (place.alike === true && judgement.verdict === 'warn') continue;
    const other = findings.get(line);
    if (other === undefined ? findings.size >= MAX_FINDINGS : !isWorse(judgement, other)) continue;
    findings.set(line, {
      path,
      line,
      column,
      kind: place.kind,
      excerpt: plainText(lines[line - 1] ?? ''),
      ...judgement,
    });
  }
  return [...findings.values()];
}

function isWorse(one: Pick<Finding, 'verdict'>, other: Pick<Finding, 'verdict'>): boolean {
  return VERDICTS.indexOf(one.verdict) < VERDICTS.indexOf(other.verdict);
}

interface Source {
  readonly lines: readonly string[];
  readonly values: Values;
  readonly platform: Platform;
  readonly guarded: (line: number) => boolean;
}

/** `line` counts from 0. */
function judged(
  place: Place,
  line: number,
  { lines, values, platform, guarded }: Source,
): Pick<Finding, 'target' | 'verdict' | 'reason' | 'text'> {
  const app = place.app === null ? null : values.resolve(place.app, place.offset);
  const hostname = place.hostname === null ? null : values.resolve(place.hostname, place.offset);
  const judgement = judge(app, hostname, platform);
  if (judgement.verdict === 'pass') return judgement;
  const why =
    SUPPRESSION.exec(lines[line]?.trimEnd() ?? '')?.[1] ??
    SUPPRESSION.exec(lines[line - 1]?.trimEnd() ?? '')?.[1];
  if (why !== undefined)
    return { ...judgement, verdict: 'skipped', reason: 'suppressed', text: plainText(why) };
  const literal = app !== null && !app.includes('\u0001');
  return !literal && guarded(line)
    ? { ...judgement, verdict: 'pass', reason: 'guarded', text: 'A check before it keeps tenants’ apps out.' }
    : judgement;
}

function read(
  language: Language,
  text: string,
): { readonly places: readonly Place[]; readonly values: Values } {
  switch (language) {
    case 'rust':
    case 'script':
    case 'go':
    case 'python': {
      const lexed = lex(language, language === 'rust' ? withoutTests(text) : text);
      const values = valuesOf(lexed.code, true);
      return { places: programPlaces(lexed, values), values };
    }
    default: {
      const action = language === 'yaml' && text.includes('flyctl-actions');
      return {
        places: commandPlaces(shellBearing(language, text), 0, action),
        values: valuesOf(text, false),
      };
    }
  }
}

/** A Rust file ends with its tests, by convention; they add nothing for real. */
function withoutTests(text: string): string {
  const at = text.search(/^\s*#\[cfg\(test\)\]\s*\n\s*mod\s/m);
  return at === -1 ? text : text.slice(0, at);
}

/** Line and column, both from 1, of an offset. */
function positions(text: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
