/** Places in programs that add a certificate: calls, started commands, requests, mutations. */
import { commandPlaces, field } from './commands.ts';
import { unresolved } from './finding.ts';
import type { Place } from './finding.ts';
import type { Lexed, SourceString } from './lex.ts';
import type { Values } from './values.ts';

/** Functions that run a command line, or take it as arguments. */
const RUNS =
  /(?:^|[.:])(?:exec\w*|execa\w*|spawn\w*|system|run\w*|popen\w*|check_call|check_output|call|sh|shell|bash|zsh|Command|command|Command::new|new|arg|args|cmd|cmd!|sudo|local|getoutput|getstatusoutput|\$|invoke)!?$/i;
/** Functions whose arguments are read by people. */
const SPEAKS =
  /(?:^|[.:])(?:e?print\w*|log\w*|console\.\w+|info|warn\w*|error\w*|debug|trace|fatal\w*|panic|bail|anyhow|ensure|expect|help|about|long_about|description|describe|usage|raise|throw|Error\w*|\w*Error|\w*Exception|echo|write\w*|format|docs?|message|title|text|option|assert\w*)!?$/i;

const CALLEE =
  /\b([A-Za-z_][\w.:]*?)?\b(add_?(?:acme_?|tls_?|fly_?|ssl_?)?cert(?:ificate)?|create_?(?:acme_?|fly_?)?cert(?:ificate)?)(?:_?for_?[a-z]+|_?to_?app)?\s*(?:::<[^>]*>)?\(/gi;
const DEFINES =
  /(?:\b(?:fn|def|func|function|class|interface|trait|type|async|static|public|private|protected|override|abstract|get|set)\s+(?:\([^)]*\)\s*)?|\bfunc\s*\([^)]*\)\s*)$/;
const MAX_PLACES = 500;

export function programPlaces(lexed: Lexed, values: Values): readonly Place[] {
  return [...calls(lexed, values), ...started(lexed, values), ...texts(lexed, values)].slice(0, MAX_PLACES);
}

/** `client.add_cert(&hostname, &app)`; not a definition, and not a trust store's `add_cert(certificate)`. */
function calls({ bare, code }: Lexed, values: Values): readonly Place[] {
  const places: Place[] = [];
  for (const match of bare.matchAll(CALLEE)) {
    const open = match.index + match[0].length - 1;
    const end = closing(bare, open);
    const before = bare.slice(Math.max(0, match.index - 60), match.index);
    const definition =
      DEFINES.test(before) ||
      /^\s*(?::[^={;]+)?\s*\{/.test(bare.slice(end + 1, end + 80)) ||
      /^\s*(?:->|:\s*Promise|\(?[\w*]+,\s*error)/.test(bare.slice(end + 1, end + 40));
    if (definition) continue;
    const list = split(bare, code, open + 1, end);
    const receiver = match[1] ?? '';
    const place = callPlace(list, receiver, match.index, values);
    if (place !== null) places.push(place);
  }
  return places;
}

function callPlace(list: readonly string[], receiver: string, offset: number, values: Values): Place | null {
  const named = new Map<string, string>();
  const positional: string[] = [];
  for (const entry of list) {
    const source = entry.trim();
    if (source.startsWith('{') || /^&?\w+(?:::\w+|\.\w+)?\s*\{/.test(source)) {
      const inner = source.slice(source.indexOf('{') + 1, source.lastIndexOf('}'));
      for (const part of inner.split(',')) addNamed(part, named);
    } else if (/^\w+\s*=[^=]/.test(source)) addNamed(source.replace('=', ':'), named);
    else if (source !== '') positional.push(source);
  }
  const pick = (pattern: RegExp): string | undefined =>
    [...named].find(([key]) => pattern.test(key))?.[1] ??
    positional.find((source) => pattern.test(source) && !/^["'`]/.test(source));
  const texts = positional.map((source) => ({ source, text: values.expression(source, offset) }));
  const hostSource = pick(/host|domain|fqdn|subdomain/i);
  const host =
    hostSource === undefined
      ? texts.find(({ text }) => /^[^\s]*\.[a-z]{2,}$/i.test(text))?.text
      : values.expression(hostSource, offset);
  const appSource = pick(/app(?!lic|end|ly)|tenant(?!.*(?:host|domain))|target/i);
  const appText =
    appSource === undefined || appSource === hostSource
      ? texts.find(
          ({ source, text }) =>
            source !== hostSource &&
            text !== host &&
            /^["'`]|format!|Sprintf/.test(source) &&
            /^[\w\u0001\u0002. -]+$/.test(text),
        )?.text
      : values.expression(appSource, offset);
  const constant = texts.find(
    ({ source }) => source !== hostSource && /manage?ment|mgmt/i.test(source),
  )?.text;
  const app = appText ?? constant ?? null;
  const ofFly = /fly/i.test(receiver);
  if (app === null && !(ofFly && host !== undefined)) return null;
  if (host === undefined && !ofFly && list.length < 2) return null;
  return { offset, kind: 'call', app: app ?? unresolved('app'), hostname: host ?? null };
}

function addNamed(part: string, named: Map<string, string>): void {
  const [, key, value] = /^\s*["']?(\w+)["']?\s*(?::\s*(.*))?$/s.exec(part) ?? [];
  if (key !== undefined) named.set(key, (value ?? key).trim());
}

/** `Command::new("fly").args(["certs", "add", &host, "-a", &app])` and the like in every language. */
function started({ bare, code, strings }: Lexed, values: Values): readonly Place[] {
  return strings.flatMap((string, index): readonly Place[] => {
    const previous = strings
      .slice(Math.max(0, index - 6), index)
      .findLast((each) => /^(?:.*\/)?(?:fly|flyctl)$/.test(each.text));
    const next = strings[index + 1];
    if (!/^(?:certs|certificates)$/.test(string.text) || !/^(?:add|create)$/.test(next?.text ?? ''))
      return [];
    const callee = calleeOf(bare, previous?.start ?? string.start);
    if (
      SPEAKS.test(callee.name) ||
      (previous === undefined && !/fly/i.test(code.slice(Math.max(0, string.start - 200), string.start)))
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
      if (/\.args?$/.test(bare.slice(start, i).trim())) start = i + 1;
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

/** Strings that hold a command line, a request's path or a mutation. */
function texts({ bare, code, strings }: Lexed, values: Values): readonly Place[] {
  return strings.flatMap((string): readonly Place[] => {
    if (string.documentation) return [];
    const callee = calleeOf(bare, string.start);
    if (SPEAKS.test(callee.name) && !/^format!?$/.test(callee.name)) return [];
    if (/\/certificates\/acme\b/.test(string.text)) return path(string, bare, code, callee, values);
    if (/\baddCertificate\s*\(/.test(string.text) && /\bmutation\b|^\s*\{/.test(string.text))
      return mutation(string, code, values);
    if (/\bcerts\s+(?:add|create)\b/.test(string.text)) return line(string, bare, code, callee, values);
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
  const source = /^(?:format!?|fmt\.Sprintf)$/.test(callee.name)
    ? code.slice(callee.start, closing(bare, callee.open) + 1)
    : code.slice(string.start, string.end);
  const text = values.expression(source, string.start);
  const shell = text.replace(/\u0001([^\u0002]*)\u0002/g, (_all, name: string) =>
    /^[\w.]+$/.test(name) ? `\${${name}}` : '${app}',
  );
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
  const isFormat = /^(?:format!?|fmt\.Sprintf)$/.test(callee.name);
  const source = isFormat
    ? code.slice(callee.start, closing(bare, callee.open) + 1)
    : code.slice(string.start, string.end);
  const text = values.expression(source, string.start);
  const [, app = null] = /\/apps\/([^/]+)\/certificates\/acme/.exec(text) ?? [];
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

interface Callee {
  readonly name: string;
  readonly start: number;
  readonly open: number;
}

/** Which call the offset is an argument of; arrays and objects in between do not count. */
function calleeOf(bare: string, offset: number): Callee {
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

function closing(bare: string, open: number): number {
  let depth = 0;
  for (let i = open; i < Math.min(bare.length, open + 4_000); i += 1) {
    if ('([{'.includes(bare.charAt(i))) depth += 1;
    else if (')]}'.includes(bare.charAt(i)) && (depth -= 1) === 0) return i;
  }
  return Math.min(bare.length, open + 4_000);
}

/** Arguments between two offsets, divided at the commas of their own level. */
function split(bare: string, code: string, from: number, to: number): readonly string[] {
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
