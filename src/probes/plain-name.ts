import { normalizeHostname } from '../model/hostname.ts';
import { plainText } from '../model/text.ts';

/** What names in DNS and in certificates are made of in practice: LDH, underscores, one leading `*.`. */
const ORDINARY = /^(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/;

/**
 * A name that someone else chose, normalized. One with any other character is put in quotes after cleaning: what is
 * left of `tenant\u200b.example.com` must never compare equal to `tenant.example.com`.
 */
export function plainName(raw: string): string {
  if (raw.length <= 255 && ORDINARY.test(raw) && !raw.includes('..')) return normalizeHostname(raw);
  return `"${plainText(raw, 100)}"`;
}
