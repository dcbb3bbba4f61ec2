import { isIP, SocketAddress } from 'node:net';
import { z } from 'zod';
import { isAppName, isHostname, normalizeHostname } from '../model/hostname.ts';
import { parseEndpoint, parseListen, ENDPOINT_SYNTAX } from './address.ts';
import { CRON, isCron } from './cron.ts';
import { DURATION, DURATION_SYNTAX, formatDuration, parseDuration } from './duration.ts';
import { isSecret, type Secret } from './secret.ts';
import { parseSize, SIZE, SIZE_SYNTAX } from './size.ts';

/** The kinds of value that keys have. Every message says what would be right. */

interface Bounds {
  readonly minMs?: number;
  readonly maxMs?: number;
}

/** Milliseconds from `30s`. */
export function duration(bounds: Bounds = {}) {
  const { minMs = 0, maxMs = Number.POSITIVE_INFINITY } = bounds;
  const message = `must be ${DURATION_SYNTAX}`;
  return z
    .string({ error: message })
    .regex(DURATION, message)
    .transform((text, context) => {
      const durationMs = parseDuration(text);
      if (durationMs !== undefined && durationMs >= minMs && durationMs <= maxMs) return durationMs;
      context.addIssue({
        code: 'custom',
        message:
          durationMs === undefined
            ? 'must be at most 3650d'
            : durationMs < minMs
              ? `must be at least ${formatDuration(minMs)}`
              : `must be at most ${formatDuration(maxMs)}`,
      });
      return z.NEVER;
    });
}

/** How often something begins: every so many milliseconds, or by a cron expression in UTC. */
export type Cadence = { readonly everyMs: number } | { readonly cron: string };

/** A cadence from `30s`, or from a cron expression of five or six fields such as `*\/5 * * * *`. */
export function cadence(bounds: Bounds = {}) {
  const message = `must be ${DURATION_SYNTAX}, or a cron expression of five or six fields such as "*/5 * * * *"`;
  const fixed = duration(bounds);
  return z
    .string({ error: message })
    .regex(new RegExp(`${DURATION.source}|${CRON.source}`), message)
    .transform((text, context): Cadence => {
      if (isCron(text)) return { cron: text };
      if (CRON.test(text)) {
        context.addIssue({
          code: 'custom',
          message:
            'must hold numbers that exist: (second 0-59,) minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-7; and one of the months must have the day',
        });
        return z.NEVER;
      }
      const parsed = fixed.safeParse(text);
      if (parsed.success) return { everyMs: parsed.data };
      context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? message });
      return z.NEVER;
    });
}

/** Bytes from `2GB`. */
export function size(minBytes: number) {
  const message = `must be ${SIZE_SYNTAX}`;
  return z
    .string({ error: message })
    .regex(SIZE, message)
    .transform((text, context) => {
      const bytes = parseSize(text);
      if (bytes !== undefined && bytes >= minBytes) return bytes;
      context.addIssue({ code: 'custom', message: `must be at least ${minBytes} bytes` });
      return z.NEVER;
    });
}

export function text(what: string) {
  return z.string({ error: `must be ${what}` }).min(1, `must be ${what}`);
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `must be one of: ${values.join(', ')}` });
}

export function integer(min: number, max: number) {
  const message = `must be an integer from ${min} to ${max}`;
  return z.int(message).min(min, message).max(max, message);
}

export function share() {
  const message = 'must be a number from 0 to 1';
  return z.number({ error: message }).min(0, message).max(1, message);
}

export function flag() {
  return z.boolean({ error: 'must be true or false' });
}

const EMAIL_MESSAGE = 'must be an e-mail address, such as ops@example.com or Ops <ops@example.com>';
/** Only what would surely be refused: who takes mail is known to mail servers alone. */
export const emailAddress = z
  .string({ error: EMAIL_MESSAGE })
  .regex(/^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, EMAIL_MESSAGE);

const HOSTNAME_MESSAGE = 'must be a host name such as example.com';
export const hostname = z
  .string({ error: HOSTNAME_MESSAGE })
  .transform(normalizeHostname)
  .refine(isHostname, HOSTNAME_MESSAGE);

const APP_MESSAGE = 'must be the name of a Fly app: lower-case letters, digits and hyphens';
export const appName = z.string({ error: APP_MESSAGE }).refine(isAppName, APP_MESSAGE);

/** An http or https URL without a final slash. Credentials in it would end up in logs. */
export function url(what = 'an absolute URL that begins with https:// or http://') {
  const message = `must be ${what}`;
  return z
    .string({ error: message })
    .refine(isHttpUrl, message)
    .refine((value) => !isHttpUrl(value) || new URL(value).password === '', 'must not hold a password')
    .transform((value) => value.replace(/\/+$/, ''));
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

const IP_MESSAGE = 'must be an IP address';
/** In canonical text, so that equal addresses compare equal. */
export const ipAddress = z
  .string({ error: IP_MESSAGE })
  .refine((value) => isIP(value) !== 0 && !value.includes('%'), IP_MESSAGE)
  .transform(
    (value) => new SocketAddress({ address: value, family: isIP(value) === 6 ? 'ipv6' : 'ipv4' }).address,
  );

/** `ip:port`; with a default port the text may leave it out. */
export function endpoint(defaultPort: number | null) {
  const message =
    defaultPort === null ? 'must be an IP address with a port: 192.0.2.1:443' : `must be ${ENDPOINT_SYNTAX}`;
  return z.string({ error: message }).transform((value, context) => {
    const parsed = parseEndpoint(value, defaultPort);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

const LISTEN_MESSAGE = 'must be an IP address (or localhost) and a port: 127.0.0.1:9480, [::]:9480';
export const listen = z.string({ error: LISTEN_MESSAGE }).transform((value, context) => {
  const parsed = parseListen(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: LISTEN_MESSAGE });
  return z.NEVER;
});

/** What a secret must look like once it is read. */
export type SecretKind = 'text' | 'token' | 'http-url' | 'smtp-url';

export const SECRET_KINDS: Readonly<
  Record<SecretKind, { readonly what: string; readonly fits: (value: string) => boolean }>
> = {
  text: { what: 'text', fits: (value) => value.length > 0 },
  // It is sent as a header, and whoever guesses it may use the API.
  token: {
    what: 'at least 16 characters without blanks, as `openssl rand -hex 32` prints them',
    fits: (value) => /^[\x21-\x7e]{16,}$/.test(value),
  },
  'http-url': { what: 'an absolute URL that begins with https:// or http://', fits: isHttpUrl },
  'smtp-url': {
    what: 'an absolute URL that begins with smtp:// or smtps://',
    fits: (value) => URL.canParse(value) && /^smtps?:$/.test(new URL(value).protocol),
  },
};

/** The loader puts a Secret where this schema stands, see `resolve.ts`. */
export function secret(kind: SecretKind = 'text') {
  return z
    .custom<Secret>(isSecret, {
      error: `must be ${SECRET_KINDS[kind].what}: \${NAME}, \${file:PATH} or the value itself`,
    })
    .meta({ secret: kind });
}
