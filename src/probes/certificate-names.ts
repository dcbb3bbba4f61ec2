import { plainName } from './plain-name.ts';

/** Certificates of content networks carry up to a hundred; more are kept by nobody's intent. */
const MAX_NAMES = 100;

/**
 * The DNS names of a subject alternative name in OpenSSL's text form, `DNS:a.example, IP Address:…`. Node puts a value
 * with unusual characters into JSON quotes, so that a name cannot smuggle in another (CVE-2021-44532).
 */
export function dnsNamesOf(subjectAltName: string): readonly string[] {
  const names: string[] = [];
  for (const match of subjectAltName.matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/g)) {
    const [, kind, value = ''] = match;
    if (kind !== 'DNS') continue;
    names.push(plainName(value.startsWith('"') ? unquoted(value) : value));
    if (names.length === MAX_NAMES) break;
  }
  return names;
}

function unquoted(value: string): string {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? parsed : value;
  } catch {
    return value;
  }
}
