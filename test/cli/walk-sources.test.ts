import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { WALK_LIMITS, walkSources } from '../../src/cli/walk-sources.ts';
import type { WalkEnd, WalkLimits } from '../../src/cli/walk-sources.ts';

const made: string[] = [];
after(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'walk-'));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

async function walk(
  folder: string,
  limits?: Partial<WalkLimits>,
): Promise<{ readonly paths: readonly string[]; readonly end: WalkEnd }> {
  const paths: string[] = [];
  const walking = walkSources(folder, { ...WALK_LIMITS, ...limits });
  for (;;) {
    const step = await walking.next();
    if (step.done === true) return { paths, end: step.value };
    paths.push(step.value.path);
  }
}

describe('the walk over sources', () => {
  it('reads what git would not ignore, in the order of paths, the deepest rule deciding', async () => {
    const folder = await tree({
      '.git/config': '',
      '.gitignore': 'dist/\n*.log\n!keep.log\n',
      'a.sh': 'x',
      'keep.log': 'x',
      'drop.log': 'x',
      'dist/out.js': 'x',
      'sub/.gitignore': '!drop.log\nsecret.sh\n',
      'sub/drop.log': 'x',
      'sub/secret.sh': 'x',
      'secret.sh': 'x',
      'node_modules/x/index.js': 'x',
    });
    const { paths, end } = await walk(folder);
    assert.deepEqual(paths, [
      '.gitignore',
      'a.sh',
      'keep.log',
      'secret.sh',
      'sub/.gitignore',
      'sub/drop.log',
    ]);
    assert.deepEqual(end, { files: 6, truncated: false, unreadable: [] });
  });
  it('knows the rules of the repository above the folder', async () => {
    const folder = await tree({
      '.git/config': '',
      '.git/info/exclude': 'mine.sh\n*.tmp\n',
      '.gitignore': '/deploy/generated\n!kept.tmp\n',
      'deploy/a.sh': 'x',
      'deploy/kept.tmp': 'x',
      'deploy/lost.tmp': 'x',
      'deploy/mine.sh': 'x',
      'deploy/generated/b.sh': 'x',
    });
    assert.deepEqual((await walk(join(folder, 'deploy'))).paths, ['a.sh', 'kept.tmp']);
  });
  it('follows no symbolic link and reads no binary or large file', async () => {
    const folder = await tree({ 'a.sh': 'x', 'b.bin': 'a\0b', 'c.sh': 'x'.repeat(101) });
    await symlink(folder, join(folder, 'loop'));
    await symlink('/etc/hostname', join(folder, 'link.sh'));
    assert.deepEqual((await walk(folder, { maxFileBytes: 100 })).paths, ['a.sh']);
  });
  it('ends at its limits and says so', async () => {
    const folder = await tree(
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`d${index}/f.sh`, 'x'])),
    );
    const { paths, end } = await walk(folder, { maxEntries: 20 });
    assert.ok(paths.length <= 20);
    assert.equal(end.truncated, true);
    assert.equal((await walk(folder, { maxDepth: 1 })).end.truncated, true);
  });
  it('rejects a folder that is not there', async () => {
    await assert.rejects(walk('/nonexistent/folder'), { code: 'ENOENT' });
  });
});
