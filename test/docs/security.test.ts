import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT, read } from '../deploy/commands.ts';

const TEXT = read('SECURITY.md');
const rows = TEXT.split('\n').filter((line) => /^\| (?!-)/.test(line) && !/\| proved by +\|$/.test(line));
const provedBy = (row: string): readonly string[] =>
  [...(row.split('|').at(-2) ?? '').matchAll(/`([^`]*)`/g)].map(([, path = '']) => path);

describe('the threat model', () => {
  it('names for each of its lines the tests that prove it', () => {
    assert.ok(rows.length >= 45, `${String(rows.length)} lines`);
    for (const row of rows) {
      const proofs = provedBy(row);
      assert.notEqual(proofs.length, 0, row);
      for (const path of proofs) {
        assert.match(path, /^test\/.+\.test\.ts$/, row);
        assert.ok(existsSync(join(ROOT, path)), path);
        assert.match(read(path), /\bit\(/, `${path} holds a test`);
      }
    }
  });

  it('names code that is there', () => {
    for (const [, path = ''] of TEXT.matchAll(/`(src\/[^`]*)`/g))
      assert.ok(existsSync(join(ROOT, path)), path);
  });
});
