import type { z } from 'zod';
import type { Claim, ClaimState } from '../model/fly.ts';
import { normalizeHostname } from '../model/hostname.ts';
import { plainText } from '../model/text.ts';
import type { certificateDetail, certificateSummary, graphqlCertificate } from './answers.ts';
import { milliseconds } from './time.ts';

const MAX_NOTES = 10;
const MAX_NOTE_LENGTH = 300;

const WORDS: Readonly<Record<string, ClaimState>> = {
  ready: 'issued',
  active: 'issued',
  issued: 'issued',
  expired: 'expired',
  'awaiting configuration': 'awaiting-configuration',
  'pending ownership': 'awaiting-configuration',
  'awaiting certificates': 'awaiting-issuance',
  'pending issuance': 'awaiting-issuance',
};

/**
 * Both of Fly's vocabularies. `pending_validation` is the one word whose meaning depends: with the DNS as Fly wants it the
 * authority is what is waited for, otherwise the configuration.
 */
function stateOfWords(status: string, configured: boolean | null | undefined): ClaimState {
  const words = status
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
  if (words === 'pending validation')
    return configured === true ? 'awaiting-issuance' : 'awaiting-configuration';
  return WORDS[words] ?? 'unknown';
}

function sourceOf(text: string | null | undefined): Claim['source'] {
  const source = (text ?? '').toLowerCase();
  return source === 'fly' || source === 'custom' ? source : null;
}

function hostnameOf(hostname: string): string {
  return normalizeHostname(plainText(hostname, 255));
}

function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/**
 * An entry of the REST list. It has no expiry, so "some entry is active and its expiry lies ahead" cannot be shown:
 * an active one counts as issued with `expiresAt` null, even where `configured` is false, since the edge
 * serves and routes by what was issued before the DNS changed. Ask for the detail where the expiry matters.
 */
export function claimOfSummary(app: string, summary: z.infer<typeof certificateSummary>): Claim {
  const status = summary.status ?? '';
  const custom = summary.has_custom_certificate === true;
  const fly = summary.has_fly_certificate === true || summary.acme_requested === true;
  return {
    hostname: hostnameOf(summary.hostname),
    app,
    state: stateOfWords(status, summary.configured),
    status: plainText(status),
    createdAt: milliseconds(summary.created_at),
    expiresAt: null,
    source: custom && summary.has_fly_certificate !== true ? 'custom' : fly ? 'fly' : null,
    notes: [],
  };
}

function stateOfEntries(
  detail: z.infer<typeof certificateDetail>,
  now: number,
): { readonly state: ClaimState; readonly expiresAt: number | null } {
  const active = (detail.certificates ?? []).filter((entry) => entry.status === 'active');
  const expiresAt = latest(
    active.map(
      (entry) =>
        milliseconds(entry.expires_at) ??
        latest((entry.issued ?? []).map((issued) => milliseconds(issued.expires_at))),
    ),
  );
  if (expiresAt !== null) return { state: expiresAt > now ? 'issued' : 'expired', expiresAt };
  const waiting = (detail.certificates ?? []).find((entry) => entry.status !== 'active');
  const state = stateOfWords(waiting?.status ?? detail.status ?? '', detail.configured);
  // "Active" without any expiry is not shown to be ready.
  return { state: active.length > 0 || state === 'issued' ? 'unknown' : state, expiresAt: null };
}

/** The REST detail: issued means that some entry is active and its expiry lies ahead. Fly's remediation is kept as evidence. */
export function claimOfDetail(app: string, detail: z.infer<typeof certificateDetail>, now: number): Claim {
  const entries = detail.certificates ?? [];
  const created = entries.map((entry) => milliseconds(entry.created_at)).filter((time) => time !== null);
  const limitedUntil = detail.rate_limited_until;
  const notes = [
    ...(detail.validation_errors ?? []).flatMap((error) => [
      [error.code, error.message].filter((part) => part != null && part !== '').join(': '),
      error.remediation ?? '',
    ]),
    limitedUntil == null || limitedUntil === '' ? '' : `rate limited until ${limitedUntil}`,
  ];
  const active = entries.find((entry) => entry.status === 'active') ?? entries[0];
  return {
    hostname: hostnameOf(detail.hostname),
    app,
    ...stateOfEntries(detail, now),
    status: plainText(
      [...new Set([detail.status, ...entries.map((entry) => entry.status)])].filter(Boolean).join(', '),
    ),
    createdAt: created.length === 0 ? null : Math.min(...created),
    source: sourceOf(active?.source) ?? (detail.acme_requested === true ? 'fly' : null),
    notes: notes
      .map((note) => plainText(note, MAX_NOTE_LENGTH))
      .filter((note) => note !== '')
      .slice(0, MAX_NOTES),
  };
}

/** A certificate as GraphQL shows it, `clientStatus` being a free text. */
export function claimOfGraphql(app: string, node: z.infer<typeof graphqlCertificate>, now: number): Claim {
  const expiresAt = latest((node.issued?.nodes ?? []).map((issued) => milliseconds(issued?.expiresAt)));
  const state = stateOfWords(node.clientStatus, node.isConfigured);
  return {
    hostname: hostnameOf(node.hostname),
    app,
    state: state === 'issued' && expiresAt !== null && expiresAt <= now ? 'expired' : state,
    status: plainText(node.clientStatus),
    createdAt: milliseconds(node.createdAt),
    expiresAt,
    source: sourceOf(node.source),
    notes: [],
  };
}
