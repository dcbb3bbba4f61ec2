import { isRecord } from './tree.ts';

/**
 * Settings as data that may be seen: of a secret its source, and of an address neither the query nor the user. What is no secret by
 * its key often carries one there.
 */
export function shownSettings(settings: unknown): unknown {
  return withoutKeysToDoors(JSON.parse(JSON.stringify(settings)) as unknown);
}

function withoutKeysToDoors(value: unknown): unknown {
  if (typeof value === 'string') return shownUrl(value);
  if (Array.isArray(value)) return value.map(withoutKeysToDoors);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutKeysToDoors(inner)]));
}

function shownUrl(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  return text.replace(/^([^:]+:\/\/)[^/?#]*@/, '$1(hidden)@').replace(/\?.*$/s, '?(hidden)');
}
