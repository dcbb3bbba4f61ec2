import assert from 'node:assert/strict';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { startProgram } from '../support/program.ts';
import { aRun, entries, T0, temporaryStore } from '../store/fixtures.ts';

describe('export into a pipe', () => {
  it('whose reader stops early ends quietly, with exit code 0', async (context) => {
    const store = temporaryStore(context);
    // Many times what a pipe holds.
    store.runs.append(entries(...Array.from({ length: 20_000 }, (_, index) => aRun('a1', T0 + index))));
    const env = {
      ...process.env,
      TENANTWATCH_DOMAIN: 'example.test',
      TENANTWATCH_MANAGEMENT_APP: 'management',
    };
    const folder = dirname(store.path);
    const child = startProgram(['export', '--store', store.path], { env, folder });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const { stdout } = child;
    assert.ok(stdout);
    await once(stdout, 'data');
    stdout.destroy();
    const [exitCode] = (await once(child, 'close')) as [number | null];
    assert.deepEqual([exitCode, said], [0, '']);
  });
});
