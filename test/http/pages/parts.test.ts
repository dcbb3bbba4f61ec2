import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseInline, parseMarkdown } from '../../../src/http/pages/runbooks/markdown.ts';
import { ownPath } from '../../../src/http/pages/sign-in/own-path.ts';
import { counted, isoSeconds, spokenAgo, spokenMs, datedTime } from '../../../src/model/spoken.ts';

describe('where sign-in leads back to', () => {
  for (const [given, path] of [
    ['/incidents/1?x=1', '/incidents/1?x=1'],
    ['/tenants/a%2Fb', '/tenants/a%2Fb'],
    ['//evil.example/', '/'],
    ['/\\evil.example/', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['/\t/evil.example', '/'],
    ['', '/'],
    [['/a'], '/'],
    [undefined, '/'],
  ] as const) {
    it(`is ${path} for ${JSON.stringify(given)}`, () => {
      assert.equal(ownPath(given), path);
    });
  }
});

describe('words', () => {
  it('count, group and time as people read', () => {
    assert.deepEqual(
      [counted(1, 'tenant'), counted(1204, 'tenant'), counted(12345678, 'run')],
      ['1 tenant', '1,204 tenants', '12,345,678 runs'],
    );
    assert.deepEqual([0.94, 9.949, 812.4, 994.9, 995, 61_000].map(spokenMs), [
      '0.9 ms',
      '9.9 ms',
      '812 ms',
      '995 ms',
      '1.0 s',
      '61.0 s',
    ]);
    assert.deepEqual(
      [0, 999, 1000, 59_999, 60_000, 3_599_999, 86_400_000].map((passed) => spokenAgo(0, passed)),
      ['now', 'now', '1 s ago', '59 s ago', '1 min ago', '59 min ago', '1 d ago'],
    );
    assert.equal(datedTime(Date.UTC(2026, 10, 2, 3, 4, 5)), '2 Nov 2026, 03:04:05 UTC');
  });

  it('know no time that no calendar has', () => {
    assert.deepEqual(
      [datedTime(Infinity), isoSeconds(9e15), isoSeconds(NaN)],
      ['an unknown time', null, null],
    );
  });
});

describe('the Markdown of runbooks', () => {
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
});
