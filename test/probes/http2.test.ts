import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { createHpackDecoder, encodeLiteral } from '../../src/probes/hpack.ts';
import { ProbeError } from '../../src/probes/probe-error.ts';
import { createTestAuthority } from '../support/certificates.ts';
import { never, testProbes } from './probing.ts';
import { at, createServers } from './servers.ts';

const authority = createTestAuthority();
const good = { ...authority.issue(), ALPNProtocols: ['h2'] };
const probes = testProbes({ ca: authority.rootPem });
const servers = createServers();
after(() => servers.close());

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('header blocks (RFC 7541 appendix C)', () => {
  it('C.3: three blocks of one connection, without Huffman', () => {
    const { decode } = createHpackDecoder();
    decode(hex('8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d'));
    decode(hex('8286 84be 5808 6e6f 2d63 6163 6865'));
    assert.deepEqual(
      decode(hex('8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65')),
      [
        [':method', 'GET'],
        [':scheme', 'https'],
        [':path', '/index.html'],
        [':authority', 'www.example.com'],
        ['custom-key', 'custom-value'],
      ],
    );
  });

  it('C.6: three answers with Huffman', () => {
    const { decode } = createHpackDecoder();
    const first = decode(
      hex(
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
      ),
    );
    assert.deepEqual(first, [
      [':status', '302'],
      ['cache-control', 'private'],
      ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
      ['location', 'https://www.example.com'],
    ]);
    assert.deepEqual(decode(hex('4883 640e ffc1 c0bf')), [[':status', '307'], ...first.slice(1)]);
  });

  it('what we encode, we can read', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'grapheme-ascii' }), (value) => {
        assert.deepEqual(createHpackDecoder().decode(encodeLiteral(58, value)), [['user-agent', value]]);
      }),
    );
  });

  it('any bytes end in fields or in a named failure, within the bound', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), (blocks) => {
        const { decode } = createHpackDecoder();
        for (const block of blocks) {
          try {
            const size = decode(Buffer.from(block)).reduce(
              (sum, [name, value]) => sum + name.length + value.length,
              0,
            );
            assert.ok(size <= 16_384);
          } catch (error) {
            assert.ok(error instanceof ProbeError, String(error));
            return;
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a bomb of references to one large field is not built', () => {
    const { decode } = createHpackDecoder();
    const large = Buffer.concat([hex('4001 61 7f 81 1e'), Buffer.alloc(4000, 'x')]);
    assert.throws(
      () => decode(Buffer.concat([large, Buffer.alloc(10_000, 0xbe)])),
      (error) => error instanceof ProbeError && error.failure.code === 'too-large',
    );
  });

  for (const [fact, block] of [
    ['index 0', '80'],
    ['an index that was never filled', 'be'],
    ['a table larger than allowed', '3fe2 1f'],
    ['a number without end', 'ffff ffff ffff'],
    ['a string past the end', '4003 6162'],
    ['the end-of-string code', '4084 ffff ffff 00'],
    ['padding of a whole octet', '4082 07ff 00'],
    ['padding that is not all ones', '4081 00 00'],
  ] as const) {
    it(`${fact} breaks the protocol`, () => {
      assert.throws(
        () => createHpackDecoder().decode(hex(block)),
        (error) => error instanceof ProbeError && error.failure.code === 'protocol',
      );
    });
  }
});

const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
};
const none = Buffer.alloc(0);
const settings = frame(4, 0, 0, none);
const ok = frame(1, 0x4, 1, hex('88'));
const okEnd = frame(1, 0x5, 1, hex('88'));

const BEHAVIOURS: readonly (readonly [fact: string, readonly Buffer[], expected: string | number])[] = [
  ['an answer in one frame', [settings, okEnd], 200],
  ['a body in two', [settings, ok, frame(0, 0, 1, Buffer.from('a')), frame(0, 1, 1, Buffer.from('b'))], 200],
  [
    'padding, a priority, a continuation',
    [
      settings,
      frame(1, 0x28, 1, hex('02 00000000 10 0000')),
      frame(9, 0x4, 1, hex('88')),
      frame(0, 0x9, 1, hex('01 61 00')),
    ],
    200,
  ],
  ['an interim answer first', [settings, frame(1, 0x4, 1, hex('0803 313033')), okEnd], 200],
  ['trailers', [settings, ok, frame(0, 0, 1, Buffer.from('a')), frame(1, 0x5, 1, hex('0001 61 01 62'))], 200],
  ['frames of unknown kinds', [settings, frame(0xbb, 0xff, 7, Buffer.alloc(99)), okEnd], 200],
  ['a ping in between', [settings, ok, frame(6, 0, 0, Buffer.alloc(8)), frame(0, 1, 1, none)], 200],
  [
    'a kind goodbye in between',
    [settings, ok, frame(7, 0, 0, hex('00000001 00000000')), frame(0, 1, 1, none)],
    200,
  ],
  ['HTTP/1.1 although HTTP/2 was agreed', [Buffer.from('HTTP/1.1 200 OK\r\n\r\n')], 'protocol'],
  ['a frame that is too large', [settings, frame(0, 0, 1, Buffer.alloc(16_385))], 'protocol'],
  ['data before the answer', [settings, frame(0, 1, 1, Buffer.from('a'))], 'protocol'],
  ['data on another stream', [settings, ok, frame(0, 1, 3, Buffer.from('a'))], 'protocol'],
  ['an answer on another stream', [settings, frame(1, 0x5, 2, hex('88'))], 'protocol'],
  ['a push', [settings, frame(5, 4, 1, hex('00000002 82'))], 'protocol'],
  ['a reset stream', [settings, ok, frame(3, 0, 1, hex('00000002'))], 'protocol'],
  ['a reset that is too short', [settings, frame(3, 0, 1, hex('00'))], 'protocol'],
  ['an angry goodbye', [settings, frame(7, 0, 0, hex('00000001 0000000b'))], 'protocol'],
  ['a goodbye that leaves us out', [settings, frame(7, 0, 0, hex('00000000 00000000'))], 'protocol'],
  [
    'a header block cut by another frame',
    [settings, frame(1, 0, 1, hex('88')), frame(6, 0, 0, Buffer.alloc(8))],
    'protocol',
  ],
  ['a continuation of nothing', [settings, frame(9, 4, 1, hex('88'))], 'protocol'],
  [
    'continuations without end',
    [settings, frame(1, 0, 1, none), ...Array.from({ length: 70 }, () => frame(9, 0, 1, none))],
    'too-large',
  ],
  ['a header block without a status', [settings, frame(1, 0x5, 1, hex('0001 61 01 62'))], 'protocol'],
  ['a status that is none', [settings, frame(1, 0x5, 1, hex('0803 303030'))], 'protocol'],
  ['a header value with a line feed', [settings, frame(1, 0x5, 1, hex('88 0001 61 03 620a63'))], 'protocol'],
  ['a header name in capitals', [settings, frame(1, 0x5, 1, hex('88 0001 41 01 62'))], 'protocol'],
  [
    'a flood of pings',
    [settings, ...Array.from({ length: 100 }, () => frame(6, 0, 0, Buffer.alloc(8)))],
    'protocol',
  ],
  ['a flood of settings', Array.from({ length: 100 }, () => settings), 'protocol'],
  [
    'a flood of empty frames',
    [settings, ok, Buffer.concat(Array.from({ length: 6_000 }, () => frame(0, 0, 1, none)))],
    'protocol',
  ],
  [
    'interim answers without end',
    [settings, ...Array.from({ length: 30 }, () => frame(1, 0x4, 1, hex('0803 313033')))],
    'protocol',
  ],
  ['more padding than frame', [settings, ok, frame(0, 0x9, 1, hex('05 61'))], 'protocol'],
  ['nothing but settings', [settings], 'timeout'],
];

describe('an HTTP/2 server', () => {
  for (const [fact, frames, expected] of BEHAVIOURS) {
    for (const pace of ['at once', 'byte by byte'] as const) {
      const bytes = Buffer.concat(frames);
      if (pace === 'byte by byte' && (bytes.length > 300 || expected === 'timeout')) continue;
      it(`that sends ${fact} ${pace}: ${expected}`, async () => {
        const port = await servers.tls(good, (socket: TLSSocket) => {
          socket.once('data', () => {
            if (pace === 'at once') socket.write(bytes);
            else for (const octet of bytes) socket.write(Buffer.from([octet]));
          });
        });
        const { site } = await probes.exchange(at(port), never());
        const outcome =
          site.outcome === 'observed'
            ? site.facts.status
            : site.outcome === 'failed'
              ? site.failure.code
              : site.reason;
        assert.equal(outcome, expected, JSON.stringify(site));
      });
    }
  }

  it('of Node is understood in every octet a header may have', async () => {
    const value = Array.from({ length: 224 }, (_, n) => String.fromCharCode(n + 32))
      .filter((c) => c !== '\u007f')
      .join('')
      .trim();
    const port = await servers.h2({ ...good }, (_, response) => {
      response
        .writeHead(200, {
          server: value.slice(0, 94),
          via: value.slice(94).trim(),
          location: `/${'x'.repeat(3000)}`,
        })
        .end('x'.repeat(70_000));
    });
    const { site } = await probes.exchange(at(port), never());
    if (site.outcome !== 'observed') assert.fail(JSON.stringify(site));
    assert.equal(site.facts.headers.server, value.slice(0, 94));
    assert.equal(site.facts.headers.location?.length, 200);
    assert.equal(site.facts.bodyBytes, 65_536);
    assert.equal(site.facts.bodyTruncated, true);
  });
});
