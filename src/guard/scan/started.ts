/** Started commands whose arguments are a list: `execa('fly', ['certs', 'add', …])` and the like in every language. */
import { ADDS } from './commands.ts';
import type { Place } from './finding.ts';
import type { Lexed } from './lex.ts';
import { SPEAKS, calleeOf } from './source-text.ts';
import type { Values } from './values.ts';

const FLY = /^(?:.*\/)?(?:fly|flyctl)$/;

/** `Command::new("fly").args(["certs", "add", &host, "-a", &app])` and the like in every language. */
export function startedPlaces({ bare, code, strings }: Lexed, values: Values): readonly Place[] {
  return strings.flatMap((string, index): readonly Place[] => {
    const previous = strings.slice(Math.max(0, index - 6), index).findLast((each) => FLY.test(each.text));
    const next = strings[index + 1];
    if (!/^(?:certs|certificates)$/.test(string.text) || !ADDS.test(next?.text ?? '')) return [];
    const program = previous ?? strings.slice(index + 2, index + 12).find((each) => FLY.test(each.text));
    const callee = calleeOf(bare, previous?.start ?? string.start);
    if (
      SPEAKS.test(callee.name) ||
      (program === undefined && !/fly/i.test(code.slice(Math.max(0, string.start - 200), string.start)))
    )
      return [];
    const tail = chain(bare, code, next?.end ?? string.end);
    const words = tail.map((source) => values.expression(source, string.start));
    const flag = (names: readonly string[]): string | null => {
      const at = words.findIndex((word) => names.includes(word));
      const attached = words.find((word) =>
        names.some((name) => name.startsWith('--') && word.startsWith(`${name}=`)),
      );
      return attached?.replace(/^[^=]*=/, '') ?? (at === -1 ? null : (words[at + 1] ?? null));
    };
    const host =
      flag(['--hostname']) ??
      words.find(
        (word, at) => !word.startsWith('-') && !/^(?:-a|--app|-c|--config)$/.test(words[at - 1] ?? ''),
      );
    return [
      {
        offset: previous?.start ?? string.start,
        kind: 'command',
        app: flag(['-a', '--app']),
        hostname: host ?? null,
      },
    ];
  });
}

/** Expressions that follow as arguments, over `.arg(…)` chains too, to the end of the statement. */
function chain(bare: string, code: string, from: number): readonly string[] {
  const limit = Math.min(bare.length, from + 1_200);
  let depth = 0;
  let start = from;
  const parts: string[] = [];
  let i = from;
  const cut = (): void => {
    const part = code
      .slice(start, i)
      .replace(/^[\s,[\]()]+/, '')
      .replace(/^\.args?\(\s*[&[]*/, '')
      .trim();
    if (part !== '' && !/^\.\w+/.test(part)) parts.push(part.replace(/^&?\[/, ''));
    start = i + 1;
  };
  for (; i < limit; i += 1) {
    const character = bare.charAt(i);
    if ('([{'.includes(character)) {
      if (/^(?:.*\.args?|&|&?vec!)?$/s.test(bare.slice(start, i).trim()) && character !== '{') start = i + 1;
      else depth += 1;
    } else if (')]}'.includes(character)) {
      if (depth > 0) depth -= 1;
      else {
        cut();
        if (
          !/^[\s)\],]*(?:\.args?\s*\(|,\s*[^\s)])/.test(bare.slice(i + 1, i + 80)) &&
          !/^\s*\)?\s*\.args?\(/.test(bare.slice(i + 1, i + 80))
        )
          break;
      }
    } else if (character === ';') {
      cut();
      break;
    } else if (character === ',' && depth === 0) cut();
  }
  return parts;
}
