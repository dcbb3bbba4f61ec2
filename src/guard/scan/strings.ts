/** Strings of programs that hold a command line that is run, a request's path, or a mutation. */
import { ADDING_PATH, commandPlaces, field } from './commands.ts';
import { UNRESOLVED, unresolved } from './finding.ts';
import type { Place } from './finding.ts';
import type { Lexed, SourceString } from './lex.ts';
import { SPEAKS, argumentEnd, calleeOf, closing } from './source-text.ts';
import type { Callee } from './source-text.ts';
import type { Values } from './values.ts';

/** Functions that run a command line, or take it as arguments. */
const RUNS =
  /(?:^|[.:])(?:exec\w*|execa\w*|spawn\w*|system|run\w*|popen\w*|check_call|check_output|call|sh|shell|bash|zsh|Command|command|Command::new|new|arg|args|cmd|cmd!|sudo|local|getoutput|getstatusoutput|\$|invoke)!?$/i;
const FORMATS = /^(?:format!?|fmt\.Sprintf)$/;
/** `about = "…"`, `help: "…"`: a text for people by its name. */
const NAMED_TEXT =
  /\b(?:\w*help|\w*about|description|summary|usage|title|label|hint|note|message|msg|docs?|example\w*|text|name)["']?\s*[:=]\s*$/i;

/** Strings that hold a command line, a request's path or a mutation. */
export function stringPlaces({ bare, code, strings }: Lexed, values: Values): readonly Place[] {
  return strings.flatMap((string): readonly Place[] => {
    if (string.documentation) return [];
    const inner = calleeOf(bare, string.start);
    const callee = FORMATS.test(inner.name) ? { ...inner, name: calleeOf(bare, inner.start).name } : inner;
    if (SPEAKS.test(callee.name) || NAMED_TEXT.test(bare.slice(Math.max(0, string.start - 40), string.start)))
      return [];
    if (/\/certificates\/(?:acme|custom)\b/.test(string.text))
      return path(string, bare, code, callee, values);
    if (
      /\baddCertificate\s*\((?!\s*\w+\s*:\s*(?:ID|String|\[)\b)/.test(string.text) &&
      /\bmutation\b|^\s*\{/.test(string.text)
    )
      return mutation(string, code, values);
    if (/\bcerts\s+(?:add|create|import)\b/.test(string.text))
      return line(string, bare, code, callee, values);
    return [];
  });
}

function line(
  string: SourceString,
  bare: string,
  code: string,
  callee: Callee,
  values: Values,
): readonly Place[] {
  const variable =
    /\b([A-Za-z_]\w*)(?:\s*:\s*[&\w]+)?\s*(?::=|=)\s*(?:format!\s*\(|fmt\.Sprintf\s*\(|[fF])?\s*$/.exec(
      bare.slice(Math.max(0, string.start - 80), string.start),
    )?.[1];
  const isRun =
    RUNS.test(callee.name) ||
    (variable !== undefined &&
      new RegExp(
        `(?:exec\\w*|spawn\\w*|system|run\\w*|popen|check_call|check_output|sh|shell|Command|args?|\\$)\\s*\\([^)]*\\b${variable}\\b`,
        'i',
      ).test(bare));
  if (!isRun) return [];
  const source = wholeText(string, bare, code);
  const text = values.expression(source, string.start);
  // Names of holes become single words, or a space in them would divide an argument.
  const shell = text.replace(UNRESOLVED, (_all, name: string) => unresolved(name.replace(/[^\w.]+/g, '_')));
  return commandPlaces(shell).map((place) => ({ ...place, offset: string.start }));
}

function path(
  string: SourceString,
  bare: string,
  code: string,
  callee: Callee,
  values: Values,
): readonly Place[] {
  // A path of a server's route, of a stub or of a comparison adds nothing.
  if (
    /:\w+\/certificates|\/\*\//.test(string.text.replace(/^https?:\/\//, '')) ||
    /(?:route|handle\w*|mock\w*|nock|intercept|stub\w*|matches|starts_?with|ends_?with|includes|contains|path|get|delete|app\.post|router\.\w+|server\.\w+)$/i.test(
      callee.name,
    )
  )
    return [];
  if (
    /[=!]=+\s*$/.test(bare.slice(0, string.start).slice(-6)) ||
    /^\s*(?:=>|:)/.test(bare.slice(string.end, string.end + 6))
  )
    return [];
  const source = wholeText(string, bare, code);
  const text = values.expression(source, string.start);
  const [, app = null] = ADDING_PATH.exec(text) ?? [];
  // `{app}` left as it is: a description of the path.
  if (app?.includes('{') === true) return [];
  const joined = /\bapps\/["'`]?\s*\+\s*([\w.]+)\s*\+\s*["'`]\/certificates/.exec(
    code.slice(Math.max(0, string.start - 80), string.end),
  )?.[1];
  const around = code.slice(string.start, string.end + 400);
  return [
    {
      offset: string.start,
      kind: 'request',
      app: app ?? (joined === undefined ? unresolved('app') : values.expression(joined, string.start)),
      hostname: near(around, 'hostname', values, string.start),
    },
  ];
}

function mutation(string: SourceString, code: string, values: Values): readonly Place[] {
  const call = string.text.slice(string.text.indexOf('addCertificate'));
  const around = code.slice(string.end, string.end + 800);
  const app = field(call, 'appId') ?? near(around, 'appId', values, string.start);
  return [
    {
      offset: string.start,
      kind: 'graphql',
      app: app ?? unresolved('app'),
      hostname: field(call, 'hostname') ?? near(around, 'hostname', values, string.start),
    },
  ];
}

/** The value beside a key in what follows: `appId: app`, `"hostname": host`, the shorthand `hostname`. */
function near(source: string, key: string, values: Values, offset: number): string | null {
  const match = new RegExp(`\\b${key}\\b["']?\\s*(?:[:=]|=>|,)\\s*([^,})\\n]+)`).exec(source);
  if (match?.[1] !== undefined) return values.expression(match[1], offset);
  return new RegExp(`[{,]\\s*${key}\\s*[,}]`).test(source) ? values.expression(key, offset) : null;
}

/** The string with what it is joined or filled with: the formatting call around it, or the sum that it begins. */
function wholeText(string: SourceString, bare: string, code: string): string {
  const inner = calleeOf(bare, string.start);
  if (FORMATS.test(inner.name)) return code.slice(inner.start, closing(bare, inner.open) + 1);
  if (!/^\s*(?:\+|%|\.format\()/.test(bare.slice(string.end, string.end + 20)))
    return code.slice(string.start, string.end);
  return code.slice(string.start, argumentEnd(bare, string.end));
}
