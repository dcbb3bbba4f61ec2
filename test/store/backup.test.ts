import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore, StoreError } from '../../src/store/index.ts';
import { aRun, entries, recordingLogger, T0, temporaryFolder, temporaryStore } from './fixtures.ts';

const WRITER = fileURLToPath(new URL('./children/crash-writer.ts', import.meta.url));
const quiet = { clock: { now: () => T0 }, logger: recordingLogger() };

describe('a backup', () => {
  it('is the database as it was, for its owner only, in place of an older one', async (context) => {
    const store = temporaryStore(context, { daemon: true });
    store.runs.append(entries(...Array.from({ length: 50_000 }, (_, step) => aRun('a', T0 + step))));
    const file = join(temporaryFolder(context), 'copy.db');
    writeFileSync(file, 'an older one');
    const progress: number[] = [];
    await store.backup(file, {
      onProgress: (done) => {
        progress.push(done);
        // Written while it is copied: not in this copy, and it does not begin again.
        store.runs.append(entries(aRun('later', T0 + progress.length)));
      },
    });
    assert.ok(progress.length >= 2);
    assert.deepEqual(
      progress.toSorted((a, b) => a - b),
      progress,
    );
    assert.equal(statSync(file).mode & 0o777, 0o600);
    // Not in write-ahead mode, in which a file can be read only where something may be written beside it.
    assert.deepEqual([...readFileSync(file).subarray(18, 20)], [1, 1]);
    assert.deepEqual(readdirSync(dirname(file)), ['copy.db']);
    const copy = openStore({ path: file, ...quiet, daemon: true });
    assert.equal(copy.runs.between('a', 0, Infinity, 99_999).length, 50_000);
    assert.deepEqual(copy.runs.tenants(), ['a']);
    copy.close();
  });

  it('is made by another process while the daemon writes without a pause', async (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    const child = spawn(process.execPath, [WRITER, path, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (let said = 0; said < 60; said += 1) await lines.next();
    const command = openStore({ path, ...quiet, readOnly: true });
    const file = join(temporaryFolder(context), 'copy.db');
    await command.backup(file);
    command.close();
    child.kill('SIGKILL');
    await ended;
    const copy = openStore({ path: file, ...quiet, daemon: true });
    // Both of one commit are in it, or neither is.
    assert.ok(copy.incidents.unresolved().length >= 10);
    assert.equal(copy.outbox.list({ limit: 99_999 }).length, 2 * copy.incidents.unresolved().length);
    copy.close();
  });

  it('that ends early leaves nothing behind, and the older one in place', async (context) => {
    const store = temporaryStore(context);
    store.runs.append(entries(...Array.from({ length: 20_000 }, (_, step) => aRun('a', T0 + step))));
    const file = join(temporaryFolder(context), 'copy.db');
    writeFileSync(file, 'an older one');
    const abort = new AbortController();
    const ending = store.backup(file, {
      signal: abort.signal,
      onProgress: () => {
        abort.abort();
      },
    });
    await assert.rejects(ending, { name: 'AbortError' });
    assert.deepEqual(readdirSync(dirname(file)), ['copy.db']);
    assert.equal(statSync(file).size, 12);
  });

  it('refuses the database itself and a folder that is not there', async (context) => {
    const store = temporaryStore(context);
    await assert.rejects(store.backup(store.path), /cannot replace the database itself/);
    const nowhere = join(temporaryFolder(context), 'nowhere', 'copy.db');
    await assert.rejects(
      store.backup(nowhere),
      (error) => error instanceof StoreError && error.code === 'missing',
    );
    assert.ok(!existsSync(nowhere));
  });
});
