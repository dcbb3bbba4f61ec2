import { parse } from 'yaml';
import { plainText } from '../model/text.ts';
import { TenantListError } from './entry.ts';

/** A file or an answer larger than this is not read. */
export const MAX_LIST_BYTES = 16_000_000;

/**
 * The text of a list as data. YAML is read with the failsafe schema, in which every scalar is a text: an id such as
 * `012345678901` or `12e456789012` stays what was written.
 */
export function parseList(text: string, format: 'json' | 'yaml', name: string): unknown {
  try {
    return format === 'json' ? JSON.parse(text) : parse(text, { schema: 'failsafe' });
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new TenantListError([`${name}: is no ${format.toUpperCase()}: ${plainText(detail)}`]);
  }
}
