import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { crashText } from '../../src/cli/crash-text.ts';

const SECRET = 'https://hooks.example/T0/B0/s3cret';

describe('an error that nobody caught', () => {
  const facts: readonly (readonly [fact: string, error: unknown, said: RegExp])[] = [
    ['its kind and where it happened', new TypeError(SECRET), /^TypeError\n {4}at .+crash\.test\.ts:\d+:\d+/],
    ['its code', Object.assign(new Error('x'), { code: 'ECONNRESET' }), /^Error ECONNRESET\n/],
    ['no code that is none', Object.assign(new Error('x'), { code: SECRET }), /^Error\n/],
    ['no name that is none', Object.assign(new Error('x'), { name: SECRET }), /^Error\n/],
    ['no message of many lines', new Error(`x\n    at ${SECRET}?a:1:1\n${SECRET}`), /^Error\n/],
    ['nothing of what is no error', SECRET, /^string$/],
  ];
  for (const [fact, error, said] of facts)
    it(`has said of it ${fact}`, () => {
      assert.match(crashText(error), said);
      assert.doesNotMatch(crashText(error), /s3cret/);
    });

  it('ends the program, and judges nobody', () => {
    const code = `
      import { endOnCrash } from ${JSON.stringify(new URL('../../src/wiring/crash.ts', import.meta.url).href)};
      endOnCrash();
      void Promise.reject(Object.assign(new Error(${JSON.stringify(SECRET)}), { url: ${JSON.stringify(SECRET)} }));
    `;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [3, '']);
    assert.match(stderr, /^tenantwatch: internal error, ended: Error\n/);
    assert.doesNotMatch(stderr, /s3cret/);
  });
});
