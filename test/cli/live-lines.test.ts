import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { liveLines, type LiveLine } from '../../src/cli/live-lines.ts';

const line = (lead: string, rest = ''): LiveLine => ({ lead, rest, style: (text) => `<${text}>` });

/** What was written, on a screen whose size the test changes. */
function screen(columns = 80, rows = 24) {
  const written: string[] = [];
  const stream = { write: (text: string) => void written.push(text), isTTY: true, columns, rows };
  return { stream, written, lines: liveLines(stream) };
}

describe('lines that are replaced in place', () => {
  it('are taken away and written in one go', () => {
    const { lines, written } = screen();
    lines.replace([line('a'), line('b')]);
    lines.replace([line('c', ' d')]);
    lines.clear();
    lines.clear();
    assert.deepEqual(written, ['<a>\n<b>\n', '\r\u001b[2A\u001b[J<c> d\n', '\r\u001b[1A\u001b[J']);
  });

  const widths: readonly [what: string, text: string, shown: string][] = [
    ['fit', 'x'.repeat(29), 'x'.repeat(29)],
    ['are cut where they would wrap', 'x'.repeat(30), `${'x'.repeat(28)}…`],
    ['are cut by cells, not by letters', '漢'.repeat(15), `${'漢'.repeat(14)}…`],
    ['keep whole characters', `${'x'.repeat(27)}😀😀`, `${'x'.repeat(27)}…`],
    ['count quotes and dashes as one', '“”…'.repeat(9), '“”…'.repeat(9)],
  ];
  for (const [what, text, shown] of widths)
    it(what, () => {
      const { lines, written } = screen(30);
      lines.add(line('', text));
      assert.deepEqual(written, [`<>${shown}\n`]);
    });

  it('are all taken away after the terminal became narrower and wrapped them', () => {
    const { lines, written, stream } = screen(100);
    lines.replace([line('x'.repeat(90)), line('y')]);
    stream.columns = 40;
    lines.clear();
    assert.equal(written.at(-1), '\r\u001b[4A\u001b[J');
  });

  it('never are more than the screen can show', () => {
    const { lines, written } = screen(80, 4);
    for (const text of 'abcdef') lines.add(line(text));
    lines.clear();
    assert.equal(written.join(''), '<a>\n<b>\n<c>\n\r\u001b[3A\u001b[J');
  });

  it('take a size of 0 for one that is not known', () => {
    const { lines, written } = screen(0, 0);
    lines.replace([line('x'.repeat(100))]);
    assert.equal(written[0], `<${'x'.repeat(78)}…>\n`);
  });
});
