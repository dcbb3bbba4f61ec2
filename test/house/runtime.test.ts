import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const BIN = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));

/** A Node older than ours that this machine happens to have. */
function oldNode(): string | undefined {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  return folders
    .map((folder) => join(folder, 'node'))
    .find((node) => {
      const major = /^v(\d+)/u.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1];
      return major !== undefined && Number(major) < 24;
    });
}

describe('the runtime', () => {
  it('is the pinned one for every script', () => {
    assert.match(process.version, /^v(?:24|26)\./u);
  });

  it('is refused in one clear line when it is too old, before anything native is loaded', (context) => {
    const node = oldNode();
    if (node === undefined) {
      context.skip('this machine has no old Node');
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-old-'));
    try {
      const { outputText } = ts.transpileModule(ts.sys.readFile(BIN) ?? '', {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      writeFileSync(join(folder, 'bin.mjs'), outputText);
      const started = spawnSync(node, [join(folder, 'bin.mjs'), 'verify'], { encoding: 'utf8' });
      assert.equal(started.status, 2);
      assert.equal(started.stdout, '');
      assert.match(started.stderr, /^tenantwatch: needs Node\.js 24 or newer, this is v\d+[^\n]*\n$/u);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
