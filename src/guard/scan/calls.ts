/** Calls of functions that add a certificate. */
import { unresolved } from './finding.ts';
import type { Place } from './finding.ts';
import type { Lexed } from './lex.ts';
import { calleeOf, closing, split } from './source-text.ts';
import type { Values } from './values.ts';

const CALLEE =
  /\b([A-Za-z_][\w.:]*?)?\b(add_?(?:acme_?|tls_?|fly_?|ssl_?)?cert(?:ificate)?|create_?(?:acme_?|fly_?)?cert(?:ificate)?)(?:_?for_?[a-z]+|_?to_?app)?\s*(?:::<[^>]*>)?\(/gi;
const DEFINES =
  /(?:\b(?:fn|def|func|function|class|interface|trait|type|async|static|public|private|protected|override|abstract|get|set)\s+(?:\([^)]*\)\s*)?|\bfunc\s*\([^)]*\)\s*)$/;
/** A file with more of these is generated. */
const MAX_CALLS = 1_000;

/** `client.add_cert(&hostname, &app)`; not a definition, and not a trust store's `add_cert(certificate)`. */
export function callPlaces({ bare, code }: Lexed, values: Values): readonly Place[] {
  const places: Place[] = [];
  let examined = 0;
  for (const match of bare.matchAll(CALLEE)) {
    if ((examined += 1) > MAX_CALLS) break;
    const open = match.index + match[0].length - 1;
    const end = closing(bare, open);
    const before = bare.slice(Math.max(0, match.index - 60), match.index);
    const definition =
      DEFINES.test(before) ||
      /^\s*(?::[^={;]+)?\s*\{/.test(bare.slice(end + 1, end + 80)) ||
      /^\s*(?:->|:\s*Promise|\(?[\w*]+,\s*error)/.test(bare.slice(end + 1, end + 40));
    if (definition) continue;
    // What a test expects to be refused is not done.
    if (/(?:assert\w*|expect|should\w*|rejects|throws)!?$/i.test(calleeOf(bare, match.index).name)) continue;
    const list = split(bare, code, open + 1, end);
    const receiver = match[1] ?? '';
    const place = callPlace(list, receiver, match.index, values);
    if (place !== null) places.push(place);
  }
  return places;
}

/** Receivers and arguments of trust stores, which have functions of the same names. */
const TRUST_STORE = /store|pool|keychain|root|trust|bundle|x509|ssl/i;
const CERTIFICATE = /^&?(?:mut\s+)?\w*(?:cert|pem|der|x509|crt)\w*$/i;

function callPlace(list: readonly string[], receiver: string, offset: number, values: Values): Place | null {
  if (TRUST_STORE.test(receiver) || list.some((source) => CERTIFICATE.test(source.trim()))) return null;
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
  return {
    offset,
    kind: 'call',
    app: app ?? unresolved('app'),
    hostname: host ?? null,
    ...(ofFly ? {} : { alike: true }),
  };
}

function addNamed(part: string, named: Map<string, string>): void {
  const [, key, value] = /^\s*["']?(\w+)["']?\s*(?::\s*(.*))?$/s.exec(part) ?? [];
  if (key !== undefined) named.set(key, (value ?? key).trim());
}
