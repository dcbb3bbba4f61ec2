import { hash } from 'node:crypto';
import net from 'node:net';
import type { HttpFacts } from '../model/connection.ts';
import { plainText } from '../model/text.ts';

/** What is read of a body before the rest no longer matters. */
export const MAX_BODY_BYTES = 65_536;
const PREVIEW_CHARACTERS = 200;

/** Evidence of who answered; everything else a server says stays unread. */
const KEPT_HEADERS = [
  'server',
  'via',
  'location',
  'content-type',
  'fly-request-id',
  'fly-cache-status',
  'date',
] as const;

/** Header fields by name in lower case, repeated ones joined; octets as Latin-1. */
export type RawHeaders = ReadonlyMap<string, string>;

/** An answer as it came off the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly protocol: HttpFacts['protocol'];
  readonly headers: RawHeaders;
  readonly body: Buffer;
  readonly bodyTruncated: boolean;
  readonly firstByteMs: number;
  readonly totalMs: number;
}

/** The facts of an answer: bounded, sanitized, and comparable between names. */
export function httpFacts(answer: RawAnswer, hostname: string): HttpFacts {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = answer.headers.get(name);
    if (value !== undefined) headers[name] = plainText(value);
  }
  return {
    status: answer.status,
    protocol: answer.protocol,
    headers,
    region: regionOf(answer.headers.get('fly-request-id')),
    bodyDigest: bodyDigest(answer.body, hostname),
    bodyBytes: answer.body.length,
    bodyTruncated: answer.bodyTruncated,
    bodyPreview: preview(answer),
    firstByteMs: answer.firstByteMs,
    totalMs: answer.totalMs,
    serverDate: dateOf(answer.headers.get('date')),
  };
}

/** Octets, not characters: the body may be in any encoding, and a digest of a decoded one would hide differences. */
function bodyDigest(body: Buffer, hostname: string): string {
  const label = net.isIP(hostname) === 0 ? (hostname.split('.')[0] ?? '') : '';
  if (label === '' || !body.includes(label)) return hash('sha256', body);
  return hash('sha256', Buffer.from(body.toString('latin1').replaceAll(label, '{tenant}'), 'latin1'));
}

function preview(answer: RawAnswer): string {
  const type = answer.headers.get('content-type') ?? '';
  const encoding = answer.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity' || !/^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)\b|$)/i.test(type))
    return '';
  // Four octets are the longest character of UTF-8.
  return plainText(answer.body.toString('utf8', 0, PREVIEW_CHARACTERS * 4), PREVIEW_CHARACTERS);
}

/** `01J…-lhr`: the region of the edge that took the request. */
function regionOf(requestId: string | undefined): string | null {
  return /^[0-9A-Z]{1,40}-([a-z]{3})$/.exec(requestId ?? '')?.[1] ?? null;
}

/** IMF-fixdate only (RFC 9110 section 5.6.7): Date.parse alone takes nearly anything. */
function dateOf(date: string | undefined): number | null {
  if (date === undefined || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(date))
    return null;
  const ms = Date.parse(date);
  return Number.isFinite(ms) ? ms : null;
}
