import type net from 'node:net';
import { stopped } from './deadline.ts';
import { createHpackDecoder, encodeLiteral, type Field } from './hpack.ts';
import type { RawHeaders } from './http-facts.ts';
import {
  authorityOf,
  MAX_HEADER_BYTES,
  MAX_INTERIM_ANSWERS,
  type AnswerListener,
  type HttpTarget,
} from './http-target.ts';
import { MAX_BODY_BYTES } from './http-facts.ts';
import type { ProbeError } from './probe-error.ts';

/*
 * As much of HTTP/2 (RFC 9113) as one GET on a fresh connection needs. Not node:http2: a server that sends more header
 * fields than its client takes makes Node 24 and 26 abort the whole process when the session is collected (assertion
 * `current_nghttp2_memory_ == 0`), and a session costs a probe a third of a millisecond of CPU.
 */

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PUSH_PROMISE = 5;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const CONTINUATION = 9;

const END_STREAM = 0x1;
const ACK = 0x1;
const END_HEADERS = 0x4;
const PADDED = 0x8;
const PRIORITY = 0x20;

const FRAME_HEADER_BYTES = 9;
const MAX_FRAME_BYTES = 16_384;
const FIRST_FRAME_BYTES = 1_024;
const STREAM = 1;
/** A body of 64 KiB fits into five frames; the rest is slack for servers that flush often. */
const MAX_FRAMES = 5_000;
/** Frames that make us answer. */
const MAX_REPLIES = 20;

/** Starts a GET over HTTP/2 on a socket that stands; the returned function ends it. */
export function requestHttp2(
  socket: net.Socket,
  target: HttpTarget,
  userAgent: string,
  listener: AnswerListener,
): () => void {
  const hpack = createHpackDecoder();
  /** The frame that is being read; grows with what comes, since most answers are small. */
  let frame = Buffer.allocUnsafe(FIRST_FRAME_BYTES);
  let filled = 0;
  let frames = 0;
  let replies = 0;
  let interim = 0;
  let answered = false;
  let ended = false;
  /** The header block being sent in pieces, and whether the stream ends with it. */
  let block: { readonly pieces: Buffer[]; bytes: number; readonly endsStream: boolean } | undefined;

  const reply = (bytes: Buffer): void => {
    replies += 1;
    if (replies > MAX_REPLIES) throw broken('the server keeps us busy with control frames');
    socket.write(bytes);
  };

  const end = (): void => {
    if (!answered) throw broken('the stream ended without an answer');
    ended = true;
    listener.end();
  };

  const onBlock = (fields: readonly Field[], endsStream: boolean): void => {
    if (!answered) {
      const status = statusOf(fields);
      if (status < 200) {
        interim += 1;
        if (interim > MAX_INTERIM_ANSWERS || endsStream)
          throw broken('the server keeps sending interim answers');
        return;
      }
      answered = true;
      listener.head(status, headersOf(fields));
    } else if (!endsStream) throw broken('trailers that do not end the stream');
    if (endsStream) end();
  };

  const addToBlock = (piece: Buffer, flags: number): void => {
    if (block === undefined) throw broken('a continuation of nothing');
    block.pieces.push(Buffer.from(piece));
    block.bytes += piece.length;
    if (block.bytes > MAX_HEADER_BYTES || block.pieces.length > 64)
      throw stopped('request', 'too-large', 'the header fields are larger than we read');
    if ((flags & END_HEADERS) === 0) return;
    const { pieces, endsStream } = block;
    block = undefined;
    onBlock(hpack.decode(Buffer.concat(pieces)), endsStream);
  };

  const onFrame = (type: number, flags: number, stream: number, payload: Buffer): void => {
    if (block !== undefined && (type !== CONTINUATION || stream !== STREAM))
      throw broken('a frame in the middle of a header block');
    switch (type) {
      case DATA:
        if (stream !== STREAM || !answered) throw broken('data that belongs to no answer');
        listener.data(Buffer.from(unpadded(payload, flags)));
        if ((flags & END_STREAM) !== 0) end();
        return;
      case HEADERS: {
        if (stream !== STREAM) throw broken('an answer that nobody asked for');
        block = { pieces: [], bytes: 0, endsStream: (flags & END_STREAM) !== 0 };
        const fragment = unpadded(payload, flags);
        if ((flags & PRIORITY) !== 0 && fragment.length < 5) throw broken('a frame that is too short');
        addToBlock(fragment.subarray((flags & PRIORITY) === 0 ? 0 : 5), flags);
        return;
      }
      case CONTINUATION:
        addToBlock(payload, flags);
        return;
      case RST_STREAM:
        if (stream === STREAM) throw broken(`the server reset the stream with error ${codeAt(payload, 0)}`);
        return;
      case SETTINGS:
        if ((flags & ACK) === 0) reply(SETTINGS_ACK);
        return;
      case PING:
        if (payload.length !== 8) throw broken('a ping of the wrong size');
        if ((flags & ACK) === 0) reply(frameOf(PING, ACK, 0, Buffer.from(payload)));
        return;
      case GOAWAY:
        // A kind goodbye lets the streams up to the named one finish.
        if (codeAt(payload, 4) !== 0 || (codeAt(payload, 0) & 0x7fff_ffff) < STREAM)
          throw broken(`the server ended the connection with error ${codeAt(payload, 4)}`);
        return;
      case PUSH_PROMISE:
        throw broken('a push, which we do not take');
      default: // what we do not know is to be ignored (section 4.1)
    }
  };

  const onData = (chunk: Buffer): void => {
    let offset = 0;
    while (offset < chunk.length && !ended) {
      const wanted =
        filled < FRAME_HEADER_BYTES ? FRAME_HEADER_BYTES : FRAME_HEADER_BYTES + frame.readUIntBE(0, 3);
      if (wanted > FRAME_HEADER_BYTES + MAX_FRAME_BYTES)
        throw broken('a frame larger than allowed, or no HTTP/2 at all');
      if (wanted > frame.length) frame = Buffer.concat([frame.subarray(0, filled)], wanted);
      const copied = chunk.copy(frame, filled, offset, offset + wanted - filled);
      filled += copied;
      offset += copied;
      if (filled < FRAME_HEADER_BYTES || filled < FRAME_HEADER_BYTES + frame.readUIntBE(0, 3)) continue;
      const payload = frame.subarray(FRAME_HEADER_BYTES, filled);
      filled = 0;
      frames += 1;
      if (frames > MAX_FRAMES) throw broken('more frames than an answer needs');
      onFrame(frame.readUInt8(3), frame.readUInt8(4), frame.readUInt32BE(5) & 0x7fff_ffff, payload);
    }
  };

  const guarded = (chunk: Buffer): void => {
    try {
      onData(chunk);
    } catch (error) {
      listener.fail(error);
    }
  };
  socket.on('data', guarded);
  socket.write(opening(target, userAgent));
  return () => {
    socket.off('data', guarded);
  };
}

/** The preface, our settings, and the request, in one write. */
function opening(target: HttpTarget, userAgent: string): Buffer {
  const fields = Buffer.concat([
    METHOD_AND_SCHEME,
    encodeLiteral(4, target.path),
    encodeLiteral(1, authorityOf(target)),
    encodeLiteral(58, userAgent),
    ACCEPTED,
  ]);
  return Buffer.concat([PREFACE, frameOf(HEADERS, END_STREAM | END_HEADERS, STREAM, fields)]);
}

function frameOf(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** `:method: GET`, `:scheme: https`. */
const METHOD_AND_SCHEME = Buffer.from([0x82, 0x87]);
const ACCEPTED = Buffer.concat([encodeLiteral(19, '*/*'), encodeLiteral(16, 'identity')]);
/** All that is read of a body fits, so that no window ever has to be opened again. */
const WINDOW_BYTES = MAX_BODY_BYTES * 2;
const PREFACE = preface();
const SETTINGS_ACK = frameOf(SETTINGS, ACK, 0, Buffer.alloc(0));

function preface(): Buffer {
  const settings = Buffer.alloc(18);
  const put = (index: number, id: number, value: number): void => {
    settings.writeUInt16BE(id, index * 6);
    settings.writeUInt32BE(value, index * 6 + 2);
  };
  put(0, 2, 0); // no pushes
  put(1, 4, WINDOW_BYTES);
  put(2, 6, MAX_HEADER_BYTES);
  const increment = Buffer.alloc(4);
  increment.writeUInt32BE(WINDOW_BYTES - 65_535);
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'),
    frameOf(SETTINGS, 0, 0, settings),
    frameOf(WINDOW_UPDATE, 0, 0, increment),
  ]);
}

function unpadded(payload: Buffer, flags: number): Buffer {
  if ((flags & PADDED) === 0) return payload;
  const padding = payload[0] ?? 0;
  if (padding >= payload.length) throw broken('more padding than frame');
  return payload.subarray(1, payload.length - padding);
}

function codeAt(payload: Buffer, offset: number): number {
  if (payload.length < offset + 4) throw broken('a frame that is too short');
  return payload.readUInt32BE(offset);
}

function statusOf(fields: readonly Field[]): number {
  const [first] = fields;
  if (first?.[0] !== ':status' || !/^[1-9]\d\d$/.test(first[1])) throw broken('an answer without a status');
  return Number(first[1]);
}

/** Names and values that HTTP/2 forbids (section 8.2.1) make the whole answer malformed. */
function headersOf(fields: readonly Field[]): RawHeaders {
  const headers = new Map<string, string>();
  for (const [name, value] of fields.slice(1)) {
    if (!/^[!-9;-@[-~]+$/.test(name) || /[\0\r\n]/.test(value)) throw broken('a header field that is none');
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function broken(what: string): ProbeError {
  return stopped('request', 'protocol', what);
}
