import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT, read } from '../deploy/commands.ts';

const TEXT = read('SECURITY.md');
const rows = TEXT.split('\n').filter((line) => line.startsWith('| '));

describe('the threat model', () => {
  it('names for each attempt the test that proves where it ends, and each test and source exists', () => {
    const proofs = rows.filter((row) => /`(?:test|src)\//.test(row));
    assert.ok(proofs.length >= 20);
    for (const row of proofs) {
      const paths = [...row.matchAll(/`((?:test|src)\/[^`]*)`/g)].map(([, path = '']) => path);
      assert.ok(
        paths.some((path) => /^test\/.*\.test\.ts$/.test(path)),
        row,
      );
      for (const path of paths) assert.ok(existsSync(join(ROOT, path)), path);
    }
  });
});
