import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createHttp1Reader } from '../../src/probes/http1-answer.ts';
import { ProbeError } from '../../src/probes/probe-error.ts';

interface Read {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly ended: boolean;
  readonly failure: string | undefined;
}

/** What the reader makes of the bytes, in these pieces, and of the end of the connection. */
function read(pieces: readonly Buffer[], closes = false): Read {
  let status: number | undefined;
  let headers: Read['headers'] = {};
  let body = '';
  let ended = false;
  let failure: string | undefined;
  const reader = createHttp1Reader({
    head: (code, fields) => {
      status = code;
      headers = Object.fromEntries(fields);
    },
    data: (chunk) => {
      body += chunk.toString('latin1');
    },
    end: () => {
      assert.equal(ended, false, 'it ends once');
      ended = true;
    },
  });
  try {
    for (const piece of pieces) reader.push(piece);
    if (closes) reader.close();
  } catch (error) {
    assert.ok(error instanceof ProbeError);
    failure = error.failure.code;
  }
  return { status, headers, body, ended, failure };
}

const OK = 'HTTP/1.1 200 OK\r\n';

/** Whole answers. Those without an end of their own end with the connection. */
const ANSWERS: readonly (readonly [fact: string, bytes: string, body: string, headers?: object])[] = [
  ['a length', `${OK}Content-Length: 5\r\n\r\nhello`, 'hello'],
  ['a length of nothing', `${OK}content-length: 0\r\n\r\n`, ''],
  ['the same length twice', `${OK}content-length: 2\r\ncontent-length: 2\r\n\r\nhi`, 'hi'],
  ['more than its length', `${OK}content-length: 2\r\n\r\nhi and more`, 'hi'],
  ['until the connection ends', `${OK}server: x\r\n\r\nhello`, 'hello', { server: 'x' }],
  ['chunks', `${OK}transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\n\r\n`, 'hello'],
  ['chunks and trailers', `${OK}Transfer-Encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\na: b\r\n\r\n`, 'x'],
  ['another coding until the end', `${OK}transfer-encoding: gzip\r\n\r\nxyz`, 'xyz'],
  ['204 without a body whatever it says', 'HTTP/1.1 204 No Content\r\ncontent-length: 9\r\n\r\n', ''],
  ['304 without a body', 'HTTP/1.1 304 Not Modified\r\n\r\n', ''],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx', 'x'],
  ['no reason', 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n', ''],
  ['not even its space', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', ''],
  ['hints before', `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}content-length: 2\r\n\r\nhi`, 'hi'],
  ['a folded field', `${OK}a: b\r\n  c\r\ncontent-length: 0\r\n\r\n`, '', { a: 'b c' }],
  ['a field twice', `${OK}via: a\r\nVia:b  \r\ncontent-length: 0\r\n\r\n`, '', { via: 'a, b' }],
  ['an empty field', `${OK}a:\r\ncontent-length: 0\r\n\r\n`, '', { a: '' }],
];

const BROKEN: readonly (readonly [fact: string, bytes: string, failure: string])[] = [
  ['no status line', '<html>hello</html>\r\n\r\n', 'protocol'],
  ['another version', 'HTTP/2 200\r\n\r\n', 'protocol'],
  ['a status that is none', 'HTTP/1.1 2x0 OK\r\n\r\n', 'protocol'],
  ['a field without a colon', `${OK}hello\r\n\r\n`, 'protocol'],
  ['a space before the colon', `${OK}content-length : 1\r\n\r\n`, 'protocol'],
  ['a field without a name', `${OK}: x\r\n\r\n`, 'protocol'],
  ['a NUL in a field', `${OK}server: a\0b\r\n\r\n`, 'protocol'],
  ['a line feed in a field', `${OK}server: a\nb: c\r\n\r\n`, 'protocol'],
  ['two lengths', `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\n`, 'protocol'],
  ['a length that is no number', `${OK}content-length: 1e9\r\n\r\n`, 'protocol'],
  ['a negative length', `${OK}content-length: -1\r\n\r\n`, 'protocol'],
  ['a length and a coding', `${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`, 'protocol'],
  ['a chunk without a size', `${OK}transfer-encoding: chunked\r\n\r\nxyz\r\n`, 'protocol'],
  ['a chunk longer than it said', `${OK}transfer-encoding: chunked\r\n\r\n1\r\nxyz\r\n`, 'protocol'],
  ['other protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n', 'protocol'],
  ['hints without end', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(21), 'protocol'],
  ['a head without end', `${OK}a: ${'x'.repeat(20_000)}`, 'too-large'],
  ['a head of more than 16 KiB', `${OK}a: ${'x'.repeat(20_000)}\r\n\r\n`, 'too-large'],
  [
    'chunk extensions without end',
    `${OK}transfer-encoding: chunked\r\n\r\n${`1;${'x'.repeat(1_000)}\r\na\r\n`.repeat(20)}`,
    'too-large',
  ],
  [
    'trailers without end',
    `${OK}transfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(6000)}`,
    'too-large',
  ],
];

describe('an answer over HTTP/1.1', () => {
  for (const [fact, bytes, body, headers = {}] of ANSWERS) {
    it(`with ${fact} is read, however it is cut`, () => {
      const whole = Buffer.from(bytes, 'latin1');
      const one = read([whole], true);
      assert.deepEqual([one.failure, one.ended, one.body], [undefined, true, body]);
      for (const [name, value] of Object.entries(headers)) assert.equal(one.headers[name], value);
      fc.assert(
        fc.property(fc.array(fc.nat(whole.length), { maxLength: 8 }), (cuts) => {
          const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
          const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end));
          assert.deepEqual(read(pieces, true), one);
        }),
        { numRuns: 50 },
      );
      assert.deepEqual(
        read(
          [...whole].map((octet) => Buffer.of(octet)),
          true,
        ),
        one,
        'octet by octet',
      );
    });
  }

  for (const [fact, bytes, failure] of BROKEN) {
    it(`with ${fact} is refused: ${failure}`, () => {
      assert.equal(read([Buffer.from(bytes, 'latin1')]).failure, failure);
    });
  }

  for (const [fact, bytes] of [
    ['in the head', `${OK}server: x\r\n`],
    ['before its length', `${OK}content-length: 9\r\n\r\nhello`],
    ['between chunks', `${OK}transfer-encoding: chunked\r\n\r\n1\r\nx\r\n`],
  ] as const) {
    it(`that is cut off ${fact} has not ended`, () => {
      assert.equal(read([Buffer.from(bytes)], true).ended, false);
    });
  }

  it('is bounded whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (pieces) => {
        read([Buffer.from(OK), ...pieces.map((piece) => Buffer.from(piece))], true);
      }),
      { numRuns: 200 },
    );
  });
});
