import { createHmac, timingSafeEqual } from 'node:crypto';
import { DAY_MS } from '../model/time.ts';
import { plainText } from '../model/text.ts';

/** What a person pressed below a message. */
export type SlackAction = Pressed & {
  /** Where whoever pressed is answered, seen by nobody else; null when Slack did not say. */
  readonly responseUrl: string | null;
};

type Pressed =
  | { readonly action: 'acknowledge'; readonly incident: string; readonly by: string }
  | {
      readonly action: 'silence';
      readonly incident: string;
      readonly by: string;
      readonly durationMs: number;
    };

export interface SignedRequest {
  /** `X-Slack-Request-Timestamp`, seconds. */
  readonly timestamp: string | undefined;
  /** `X-Slack-Signature`. */
  readonly signature: string | undefined;
  /** The body as it was received, byte for byte. */
  readonly rawBody: string | Buffer;
}

const MAX_AGE_S = 300;

/** Slack's v0 scheme: HMAC-SHA256 of `v0:timestamp:body`, at most 300 s old, compared in constant time. */
export function verifySlackSignature(request: SignedRequest, signingSecret: string, now: number): boolean {
  const { timestamp, signature, rawBody } = request;
  if (signingSecret === '' || timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > MAX_AGE_S) return false;
  if (signature === undefined || !/^v0=[0-9a-f]{64}$/.test(signature)) return false;
  const expected = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(rawBody).digest();
  return timingSafeEqual(expected, Buffer.from(signature.slice(3), 'hex'));
}

/** Reads the form of an interaction; undefined for everything that is not one of our buttons. Verify it first. */
export function parseSlackAction(rawBody: string): SlackAction | undefined {
  const payload = new URLSearchParams(rawBody).get('payload');
  if (payload === null) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (field(document, 'type') !== 'block_actions') return undefined;
  const actions = field(document, 'actions');
  const pressed: unknown = Array.isArray(actions) ? actions[0] : undefined;
  const incident = field(pressed, 'value');
  const id = field(pressed, 'action_id');
  if (typeof incident !== 'string' || incident === '' || typeof id !== 'string') return undefined;
  const by = author(field(document, 'user'));
  const given = field(document, 'response_url');
  const responseUrl = typeof given === 'string' ? given : null;
  if (id === 'acknowledge') return { action: 'acknowledge', incident, by, responseUrl };
  const [, duration] = /^silence:(\d{1,9})$/.exec(id) ?? [];
  const durationMs = Number(duration ?? 0);
  if (durationMs <= 0 || durationMs > DAY_MS) return undefined;
  return { action: 'silence', incident, by, durationMs, responseUrl };
}

/** `ada (U123)`: the name is for people and may be anything, the id is who it was. */
function author(user: unknown): string {
  const id = field(user, 'id');
  const name = field(user, 'username') ?? field(user, 'name');
  const shownId = typeof id === 'string' ? plainText(id, 40) : 'unknown';
  return typeof name === 'string' && name !== '' ? `${plainText(name, 80)} (${shownId})` : shownId;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
