/** Commands of the shell that add a certificate. */
import { unresolved } from './finding.ts';
import type { Place } from './finding.ts';
import { shellCommands } from './shell.ts';
import type { ShellWord } from './shell.ts';

/** What prints, searches or describes: a command in its arguments is text. */
const PRINTS =
  /^(?:echo|printf|print|cat|grep|egrep|rg|ag|sed|awk|less|more|man|info|help|usage|log\w*|warn\w*|error\w*|err|fail|die|abort|debug|notice|say|note|fatal|alias|complete|which|type|test|\[|\[\[|:|true|tee|figlet|gum|step|title|header|section|banner|git|read|assert\w*)$/;
const BEFORE = /^(?:sudo|exec|command|if|then|else|elif|do|while|until|!|time|env|nohup|\{|-|@)$/;
const ASSIGNMENT = /^[A-Za-z_]\w*=/;

/** `import` brings a certificate of one's own: the edge routes by that claim as well. */
export const ADDS = /^(?:add|create|import)$/;
/** The REST calls behind them, with the app. */
export const ADDING_PATH = /\/apps\/([^/]+)\/certificates\/(?:acme|custom)\b/;

export function commandPlaces(text: string, base = 0, withoutProgram = false): readonly Place[] {
  return shellCommands(text, base).flatMap(({ words }): readonly Place[] => {
    const prefix = words.findIndex((word) => !BEFORE.test(word.text) && !ASSIGNMENT.test(word.text));
    const own = prefix === -1 ? [] : words.slice(prefix);
    const head = baseName(own[0]?.text ?? '');
    if (own.length === 0 || PRINTS.test(head)) return [];
    const environment = words.slice(0, prefix).find((word) => /^(?:FLY_APP|FLY_APP_NAME)=/.test(word.text));
    const place =
      certsAdd(own, environment?.text.replace(/^[^=]*=/, '') ?? null, withoutProgram) ?? request(own, head);
    return place === null ? [] : [place];
  });
}

function certsAdd(
  words: readonly ShellWord[],
  environmentApp: string | null,
  withoutProgram: boolean,
): Place | null {
  const at = words.findIndex((word) => /^(?:certs|certificates)$/.test(word.text));
  if (at === -1) return null;
  const before = words.slice(0, at);
  const cloud =
    before.at(-1)?.text === 'cloud' && before.some((word) => baseName(word.text) === 'systemprompt');
  const program = before.findLast((word) => isFly(word.text));
  const { positional, flags } = argumentsOf(words.slice(at + 1));
  const [verb, hostname] = positional;
  if (verb === undefined || !ADDS.test(verb)) return null;
  if (flags.has('help') || flags.has('h')) return null;
  const early = argumentsOf(before).flags;
  const app = flags.get('a') ?? flags.get('app') ?? early.get('a') ?? early.get('app') ?? null;
  const host = flags.get('hostname') ?? flags.get('host') ?? flags.get('domain') ?? hostname ?? null;
  const offset = (program ?? words[at] ?? words[0])?.offset ?? 0;
  if (cloud)
    return {
      offset: words[0]?.offset ?? offset,
      kind: 'command',
      app: app ?? unresolved('management app'),
      hostname: host,
    };
  if (program === undefined && !withoutProgram && app === null) return null;
  const alike = program === undefined && !withoutProgram;
  return {
    offset,
    kind: 'command',
    app: app ?? environmentApp,
    hostname: host,
    ...(alike ? { alike } : {}),
  };
}

/** `curl` and its relatives, to the REST call or the GraphQL mutation. */
function request(words: readonly ShellWord[], head: string): Place | null {
  if (!/^(?:curl|wget|http|https|xh|curlie)$/.test(head)) return null;
  const texts = words.map((word) => word.text);
  const url = words.find((word) => ADDING_PATH.test(word.text));
  const data = texts.join(' ');
  const mutation = words.find((word) => /\baddCertificate\s*\(/.test(word.text));
  if (url !== undefined && !texts.some((text) => /^(?:-X)?(?:DELETE|GET|HEAD)$/.test(text))) {
    const [, app = null] = ADDING_PATH.exec(url.text) ?? [];
    return {
      offset: words[0]?.offset ?? url.offset,
      kind: 'request',
      app,
      hostname: field(data, 'hostname'),
    };
  }
  if (mutation === undefined) return null;
  return {
    offset: words[0]?.offset ?? mutation.offset,
    kind: 'graphql',
    app: field(data, 'appId'),
    hostname: field(data, 'hostname'),
  };
}

/** A literal value of a key in JSON or GraphQL text, escaped quotes included. */
export function field(text: string, key: string): string | null {
  const match = new RegExp(`\\b${key}\\\\?["']?\\s*[:=]\\s*\\\\?["']?([^\\s"'\\\\,})]+)`).exec(text);
  const value = match?.[1] ?? null;
  return value?.startsWith('$') === true ? null : value;
}

const TAKES_VALUE = /^(?:a|app|hostname|host|domain|c|config|org|o|t|access-token|fullchain|private-key)$/;

function argumentsOf(words: readonly ShellWord[]): {
  readonly positional: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
} {
  const positional: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < words.length; i += 1) {
    const text = words[i]?.text ?? '';
    const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(text);
    const short = /^-([a-zA-Z])(.*)$/s.exec(text);
    const name = long?.[1] ?? short?.[1];
    if (name === undefined) {
      positional.push(text);
      continue;
    }
    const attached = long === null ? short?.[2] : long[2];
    if (attached !== undefined && attached !== '') flags.set(name, attached.replace(/^=/, ''));
    else if (TAKES_VALUE.test(name)) flags.set(name, words[(i += 1)]?.text ?? '');
    else flags.set(name, '');
  }
  return { positional, flags };
}

function isFly(text: string): boolean {
  return (
    /^(?:fly|flyctl)(?:\.exe)?$/.test(baseName(text)) || /^\u0001[^\u0002]*fly[^\u0002]*\u0002$/i.test(text)
  );
}

function baseName(text: string): string {
  return text.split('/').at(-1) ?? text;
}
