import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readMacaroons } from '../../src/fly/macaroon.ts';
import { unpack } from '../../src/fly/msgpack.ts';
import { mintDischarge, mintMacaroon } from '../../src/sandbox/macaroon.ts';

const END = Date.UTC(2027, 7, 1);

/** `fm2_` of `[[kid, rnd, proof], location, caveats, tail]`, the bytes written out. */
function macaroon(caveats: readonly number[], location = 'https://api.fly.io/v1'): string {
  const text = [...Buffer.from(location)];
  const bytes = [
    0x94,
    0x93,
    0xc4,
    1,
    7,
    0xc4,
    1,
    8,
    0xc2,
    0xd9,
    text.length,
    ...text,
    ...caveats,
    0xc4,
    1,
    9,
  ];
  return `fm2_${Buffer.from(bytes).toString('base64')}`;
}

describe('of a macaroon it is read', () => {
  const facts: readonly (readonly [
    fact: string,
    token: string,
    readOnly: boolean | null,
    end: number | null,
  ])[] = [
    [
      'that a read-only token only reads',
      `${mintMacaroon({ readOnly: true, expiresAt: END })},${mintDischarge()}`,
      true,
      END,
    ],
    [
      'that a token for all actions may change things',
      mintMacaroon({ readOnly: false, expiresAt: END }),
      false,
      END,
    ],
    [
      'that a bundle is as strong as its strongest part',
      `${mintMacaroon({ readOnly: true, expiresAt: END })},${mintMacaroon({ readOnly: false, expiresAt: END + 1000 })}`,
      false,
      END,
    ],
    ['that one organization caveat with the action r suffices', macaroon([0x92, 0, 0x92, 5, 1]), true, null],
    ['that control over machines is not reading only', macaroon([0x92, 0, 0x92, 5, 17]), false, null],
    [
      'nothing of a caveat that it does not know',
      macaroon([0x94, 0, 0x92, 5, 31, 3, 0x91, 0x80]),
      null,
      null,
    ],
    ['nothing of a token without an organization', macaroon([0x90]), null, null],
    ['nothing of a token that grants nothing by itself', mintDischarge(), null, null],
    ['nothing of what is no macaroon', 'fm2_abcdef', null, null],
    ['nothing of a personal token', 'abcdef', null, null],
    ['nothing of nothing', '', null, null],
  ];
  for (const [fact, token, readOnly, expiresAt] of facts)
    it(fact, () => {
      assert.deepEqual(readMacaroons(token), { readOnly, expiresAt });
    });

  it('nothing, and no error, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const found = readMacaroons(`fm2_${Buffer.from(bytes).toString('base64')}`);
        assert.ok(found.readOnly !== true || bytes.length > 0);
      }),
    );
  });
});

describe('a packed value', () => {
  const facts: readonly (readonly [string, readonly number[], unknown])[] = [
    ['is a small number', [0x7f], 127],
    ['is a small negative number', [0xff], -1],
    ['is a number of eight bytes', [0xcf, 0, 0, 0, 0, 0, 0, 1, 0], 256n],
    ['is a text', [0xa2, 0x68, 0x69], 'hi'],
    ['is a list in a list', [0x92, 0x91, 0xc0, 0xc3], [[null], true]],
    ['is a map', [0x81, 0x01, 0x02], new Map([[1, 2]])],
  ];
  for (const [fact, bytes, value] of facts)
    it(fact, () => {
      assert.deepEqual(unpack(Uint8Array.from(bytes)), value);
    });

  const refused: readonly (readonly [string, readonly number[]])[] = [
    ['that is cut off', [0xa2, 0x68]],
    ['that announces more than is there', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['that is followed by something', [0x01, 0x02]],
    ['that is nested without end', new Array<number>(40).fill(0x91)],
    ['of a kind that no macaroon holds', [0xc1]],
  ];
  for (const [fact, bytes] of refused)
    it(`${fact} is refused`, () => {
      assert.throws(() => unpack(Uint8Array.from(bytes)), RangeError);
    });
});
