import type { HttpFacts } from '../model/connection.ts';
import type { JsonObject } from '../model/json.ts';
import { factsOf } from '../model/observation.ts';
import type { ControlSnapshot } from '../model/snapshot.ts';

/**
 * `same`: status, body and redirect are equal when each host's own label is left aside. `similar`: equal but for
 * identifiers, such as request ids, in a short textual body.
 */
export type Likeness = 'same' | 'similar' | 'different';

/** How alike the answers to two host names are. */
export function likeness(a: HttpFacts, aHost: string, b: HttpFacts, bHost: string): Likeness {
  if (a.status !== b.status) return 'different';
  if (redirect(a, aHost) !== redirect(b, bHost)) return 'different';
  if (a.bodyDigest === b.bodyDigest && !a.bodyTruncated && !b.bodyTruncated) return 'same';
  if (a.bodyTruncated || b.bodyTruncated || a.bodyPreview === '' || b.bodyPreview === '') return 'different';
  return shape(a.bodyPreview, aHost) === shape(b.bodyPreview, bHost) ? 'similar' : 'different';
}

/** The answer compared with that of the control names; `unknown` when no control answered. */
export function likenessToControl(
  site: HttpFacts,
  hostname: string,
  controls: readonly ControlSnapshot[],
): Likeness | 'unknown' {
  let best: Likeness | 'unknown' = 'unknown';
  for (const control of controls) {
    const answer = factsOf(control.site);
    if (answer === undefined) continue;
    const found = likeness(site, hostname, answer, control.name);
    if (found === 'same') return 'same';
    if (found === 'similar' || best === 'unknown') best = found;
  }
  return best;
}

function redirect(facts: HttpFacts, hostname: string): string {
  const location = facts.headers.location;
  return location === undefined ? '' : withoutLabel(location, hostname);
}

function withoutLabel(text: string, hostname: string): string {
  const label = hostname.split('.', 1)[0] ?? '';
  return label === '' ? text : text.toLowerCase().replaceAll(label.toLowerCase(), '{tenant}');
}

/** A body's text with everything that looks like an identifier or a time blanked out. */
function shape(preview: string, hostname: string): string {
  return withoutLabel(preview, hostname).replace(/[0-9a-z_:.+-]*\d[0-9a-z_:.+-]*/g, '#');
}

/** Headers that serve as evidence, and how quick the answer was. */
export function answerEvidence(facts: HttpFacts): JsonObject {
  return {
    status: facts.status,
    protocol: facts.protocol,
    region: facts.region,
    headers: facts.headers,
    bodyBytes: facts.bodyBytes,
    firstByteMs: Math.round(facts.firstByteMs),
    totalMs: Math.round(facts.totalMs),
  };
}
