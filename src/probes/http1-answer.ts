import { stopped } from './deadline.ts';
import type { RawHeaders } from './http-facts.ts';
import { MAX_HEADER_BYTES, MAX_INTERIM_ANSWERS, type AnswerListener } from './http-target.ts';
import type { ProbeError } from './probe-error.ts';

/*
 * As much of HTTP/1.1 (RFC 9112) as the answer to one GET on a fresh connection needs. Not node:http: its request, parser and
 * two streams cost a probe a fifth of a millisecond of CPU, as much as a quarter of the TLS handshake before it.
 */

export interface Http1Reader {
  /** Throws a ProbeError when the server breaks the protocol or our bounds. */
  readonly push: (chunk: Buffer) => void;
  /** The server ended the connection: the end of an answer that announced no other. */
  readonly close: () => void;
}

/** Where in the answer we are. A length is what is left of the body, or of the chunk. */
type State =
  | { readonly at: 'head' | 'chunk-size' | 'chunk-end' | 'trailers' | 'until-close' | 'done' }
  | { readonly at: 'body' | 'chunk'; readonly left: number };

const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

export function createHttp1Reader(listener: Pick<AnswerListener, 'head' | 'data' | 'end'>): Http1Reader {
  let state: State = { at: 'head' };
  let pending: Buffer = Buffer.alloc(0);
  let interim = 0;
  /** Octets of trailers and of what stands beside the sizes of chunks. */
  let asideBytes = 0;

  const finish = (): void => {
    state = { at: 'done' };
    listener.end();
  };

  /** Takes bytes up to the mark, or undefined when it has not come yet. */
  const takeUntil = (mark: Buffer): string | undefined => {
    const end = pending.indexOf(mark);
    if (end > MAX_HEADER_BYTES || (end === -1 && pending.length > MAX_HEADER_BYTES))
      throw stopped('request', 'too-large', 'the header fields are larger than we read');
    if (end === -1) return undefined;
    const text = pending.toString('latin1', 0, end);
    pending = pending.subarray(end + mark.length);
    return text;
  };

  const setAside = (bytes: number): void => {
    asideBytes += bytes;
    if (asideBytes > MAX_HEADER_BYTES)
      throw stopped('request', 'too-large', 'the trailers or chunk extensions are larger than we read');
  };

  const takeBody = (left: number): number => {
    const piece = pending.subarray(0, left);
    pending = pending.subarray(piece.length);
    listener.data(piece);
    return left - piece.length;
  };

  const onHead = (text: string): State => {
    const { status, fields } = readHead(text);
    if (status === 101) throw broken('the server switched protocols without being asked');
    if (status >= 100 && status < 200) {
      interim += 1;
      if (interim > MAX_INTERIM_ANSWERS) throw broken('the server keeps sending interim answers');
      return state;
    }
    const framing = framingOf(status, fields);
    listener.head(status, fields);
    return framing;
  };

  /** One step; false when more bytes are needed. */
  const step = (): boolean => {
    switch (state.at) {
      case 'head': {
        const text = takeUntil(HEAD_END);
        if (text === undefined) return false;
        const next = onHead(text);
        state = next;
        if (next.at === 'body' && next.left === 0) finish();
        return true;
      }
      case 'body': {
        const left = takeBody(state.left);
        if (left === 0) finish();
        else state = { at: 'body', left };
        return false;
      }
      case 'until-close':
        takeBody(pending.length);
        return false;
      case 'chunk-size': {
        const line = takeUntil(CRLF);
        if (line === undefined) return false;
        const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
        if (size === undefined) throw broken('a chunk without a size');
        setAside(line.length - size.length);
        const left = Number.parseInt(size, 16);
        state = left === 0 ? { at: 'trailers' } : { at: 'chunk', left };
        return true;
      }
      case 'chunk': {
        const left = takeBody(state.left);
        state = left === 0 ? { at: 'chunk-end' } : { at: 'chunk', left };
        return left === 0;
      }
      case 'chunk-end':
        if (pending.length < CRLF.length) return false;
        if (!pending.subarray(0, CRLF.length).equals(CRLF)) throw broken('a chunk longer than it said');
        pending = pending.subarray(CRLF.length);
        state = { at: 'chunk-size' };
        return true;
      case 'trailers': {
        const line = takeUntil(CRLF);
        if (line === undefined) return false;
        setAside(line.length);
        if (line === '') finish();
        return line !== '';
      }
      case 'done':
        return false;
    }
  };

  return {
    push: (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (pending.length > 0 && step());
    },
    close: () => {
      if (state.at === 'until-close') finish();
    },
  };
}

/** Status line and header fields, names in lower case, repeated ones joined (RFC 9110 section 5.3). */
function readHead(text: string): { readonly status: number; readonly fields: RawHeaders } {
  // A folded field goes on where it was (section 5.2).
  const [first = '', ...lines] = text.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/.exec(first)?.[1];
  if (status === undefined) throw broken('the answer does not begin with a status line of HTTP/1');
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\0\r\n]*)$/.exec(line) ?? [];
    if (value === undefined) throw broken('a header field that is none');
    const key = name.toLowerCase();
    const before = fields.get(key);
    fields.set(key, before === undefined ? value.trimEnd() : `${before}, ${value.trimEnd()}`);
  }
  return { status: Number(status), fields };
}

/** How the end of the body is told (section 6.3). */
function framingOf(status: number, fields: RawHeaders): State {
  const coding = fields.get('transfer-encoding');
  const length = fields.get('content-length');
  if (coding !== undefined && length !== undefined)
    throw broken('the answer gives a length and a transfer coding');
  if (status === 204 || status === 304) return { at: 'body', left: 0 };
  if (coding !== undefined)
    return { at: /(?:^|,)[ \t]*chunked$/i.test(coding) ? 'chunk-size' : 'until-close' };
  if (length === undefined) return { at: 'until-close' };
  const lengths = new Set(length.split(/[ \t]*,[ \t]*/));
  const [only = ''] = lengths;
  if (lengths.size > 1 || !/^\d{1,15}$/.test(only)) throw broken('the length of the answer is no number');
  return { at: 'body', left: Number(only) };
}

function broken(what: string): ProbeError {
  return stopped('request', 'protocol', what);
}
