import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseInline } from '../../../src/http/pages/markdown/inline.ts';
import { parseMarkdown } from '../../../src/http/pages/markdown/parse.ts';
import { escapeMarkdown } from '../../../src/reports/markdown-blocks.ts';
import { say } from '../../../src/reports/wording.ts';

describe('the Markdown of our documents and drafts', () => {
  it('knows headings, paragraphs, code, lists and tables', () => {
    const text = [
      '# A *b*',
      '',
      'one',
      'two `code`',
      '',
      '```sh',
      '# not a heading',
      '```',
      '- a',
      '  goes on',
      '- b',
      '1. c',
      '',
      '| x | y |',
      '| - | - |',
      '| `1` | [2](dns-override.md) |',
    ].join('\n');
    assert.deepEqual(
      parseMarkdown(text).map((block) => block.kind),
      ['heading', 'paragraph', 'code', 'list', 'list', 'table'],
    );
    const [, paragraph, code, list, , table] = parseMarkdown(text);
    assert.deepEqual(paragraph, {
      kind: 'paragraph',
      text: [
        { kind: 'text', text: 'one two ' },
        { kind: 'code', text: 'code' },
      ],
    });
    assert.deepEqual(code, { kind: 'code', text: '# not a heading' });
    assert.ok(list?.kind === 'list' && list.items.length === 2);
    assert.ok(table?.kind === 'table');
    assert.deepEqual(table.rows[0]?.[1], [
      { kind: 'link', text: '2', code: false, target: 'dns-override.md' },
    ]);
  });

  it('leaves what it does not know as text, and always ends', () => {
    assert.deepEqual(parseInline('<script>alert(1)</script> ** `'), [
      { kind: 'text', text: '<script>alert(1)</script> ** `' },
    ]);
    assert.deepEqual(parseMarkdown('```\nnever closed'), [{ kind: 'code', text: 'never closed' }]);
    assert.deepEqual(
      parseMarkdown('|one line|').map(({ kind }) => kind),
      ['table'],
    );
  });

  it('knows what stands below an item, and the boxes of things to do', () => {
    const [list] = parseMarkdown(
      '1. first\n   goes on\n   - below\n     - deeper\n2. second\n- [ ] to do\n- [x] done',
    );
    assert.ok(list?.kind === 'list' && list.ordered);
    assert.deepEqual(list.items[0]?.text, [{ kind: 'text', text: 'first goes on' }]);
    const [below] = list.items[0].below;
    assert.ok(below?.kind === 'list' && below.items[0]?.below[0]?.kind === 'list');
    assert.equal(list.items.length, 2);
    const [, tasks] = parseMarkdown('1. x\n\n- [ ] to do\n- [x] done');
    assert.ok(tasks?.kind === 'list');
    assert.deepEqual(
      tasks.items.map(({ text }) => text[0]),
      [
        { kind: 'task', done: false },
        { kind: 'task', done: true },
      ],
    );
  });

  for (const [written, read] of [
    ['a\\_b \\*c\\*', 'a_b *c*'],
    ['&#34;x&#34; &lt;b&gt; &amp;', '"x" <b> &'],
    ['&unknown; &#99999999;', '&unknown; &#99999999;'],
    ['\\[not a link\\](https://a.example)', '[not a link](https://a.example)'],
    ['\\`not code\\`', '`not code`'],
  ] as const) {
    it(`reads ${written} as ${read}`, () => {
      assert.deepEqual(parseInline(written), [{ kind: 'text', text: read }]);
    });
  }

  it('gives back every text that a draft escapes, as text and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), (text) => {
        const [block, ...more] = parseMarkdown(`x${escapeMarkdown(text)}x`);
        assert.ok(block?.kind === 'paragraph' && more.length === 0);
        const words = block.text.map((part) => (part.kind === 'text' ? part.text : `!${part.kind}!`));
        // Mentions are broken by a space of no width, which stays.
        assert.equal(words.join('').replaceAll('\u200b', ''), `x${say(text)}x`);
      }),
      { numRuns: 200 },
    );
  });
});
