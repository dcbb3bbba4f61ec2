import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/store/index.ts';
import type { FillReport } from './children/disk-filler.ts';
import type { OpenReport } from './children/opener.ts';
import { recordingLogger, T0, temporaryFolder } from './fixtures.ts';

const FILLER = fileURLToPath(new URL('./children/disk-filler.ts', import.meta.url));
const OPENER = fileURLToPath(new URL('./children/opener.ts', import.meta.url));
const AS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

const canLimit = succeeds('prlimit', ['--version']);
const canMount = AS_ROOT && succeeds('unshare', ['-m', 'true']);

function checkReport(report: FillReport): void {
  assert.equal(report.passing, true);
  assert.ok(report.committed > 5, `${report.committed}`);
  assert.ok(report.runsWaitingThen > 0);
  assert.deepEqual(
    [report.incidents, report.deliveries, report.runs],
    [report.committed, report.committed, report.runsAdded],
  );
}

describe('a disk that is full', () => {
  it(
    'by a limit of file size: says so, loses nothing, goes on when there is space',
    { skip: !canLimit && 'needs prlimit' },
    async (context) => {
      const path = join(temporaryFolder(context), 'tenantwatch.db');
      const child = spawn(process.execPath, [FILLER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
      const limit = (soft: string): void => {
        execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${soft}:`]);
      };
      let report: FillReport | undefined;
      for await (const line of createInterface({ input: child.stdout })) {
        if (line === 'ready') limit('1000000');
        else if (line === 'full') limit('unlimited');
        else report = JSON.parse(line) as FillReport;
        // With its report the child ends, and reads nothing any more.
        if (report === undefined) child.stdin.write('go on\n');
      }
      assert.ok(report);
      assert.ok(['io', 'disk-full'].includes(report.code), report.code);
      checkReport(report);
    },
  );

  it(
    'for real: says so, loses nothing, goes on when there is space',
    { skip: !canMount && 'needs root to mount a small disk' },
    (context) => {
      const disk = join(temporaryFolder(context), 'disk');
      mkdirSync(disk);
      const script =
        'mount -t tmpfs -o size=6m tmpfs "$1" && head -c 4000000 /dev/zero > "$1/filler" && exec "$2" "$3" "$1/tenantwatch.db" "$1/filler"';
      const output = execFileSync(
        'unshare',
        ['-m', 'sh', '-c', script, 'sh', disk, process.execPath, FILLER],
        {
          input: 'go\n',
          encoding: 'utf8',
        },
      );
      const report = JSON.parse(output.trim().split('\n').at(-1) ?? '') as FillReport;
      assert.equal(report.code, 'disk-full');
      checkReport(report);
    },
  );
});

describe('a database of someone else', { skip: !AS_ROOT && 'needs root to become another user' }, () => {
  const openAs = (user: number, path: string, mode: 'write' | 'read' | 'daemon'): OpenReport =>
    JSON.parse(
      execFileSync(process.execPath, [OPENER, path, mode], { uid: user, gid: user, encoding: 'utf8' }),
    ) as OpenReport;

  const makeDatabase = (folder: string): string => {
    const path = join(folder, 'tenantwatch.db');
    openStore({ path, clock: { now: () => T0 }, logger: recordingLogger() }).close();
    return path;
  };

  it('is refused by name', (context) => {
    const folder = temporaryFolder(context);
    const path = makeDatabase(folder);
    chmodSync(folder, 0o755);
    for (const mode of ['write', 'read', 'daemon'] as const) {
      const { code, message } = openAs(NOBODY, path, mode);
      assert.equal(code, 'permission', message);
      assert.match(message, /run as the user that owns it/);
    }
  });

  it('cannot be made in a folder that may not be written', (context) => {
    const folder = temporaryFolder(context);
    chmodSync(folder, 0o755);
    assert.equal(openAs(NOBODY, join(folder, 'data', 'new.db'), 'daemon').code, 'permission');
  });

  it('that may only be read is read, and refused for writing when it is opened, not later', (context) => {
    const folder = temporaryFolder(context);
    const path = makeDatabase(folder);
    chmodSync(path, 0o444);
    rmSync(`${path}.lock`);
    chownSync(folder, NOBODY, NOBODY);
    assert.equal(openAs(NOBODY, path, 'read').code, 'opened');
    for (const mode of ['write', 'daemon'] as const) {
      const { code, message } = openAs(NOBODY, path, mode);
      assert.equal(code, 'read-only', message);
    }
  });

  it('does not let a lock file of another user look like a daemon', (context) => {
    const folder = temporaryFolder(context);
    const path = join(folder, 'tenantwatch.db');
    chmodSync(folder, 0o777);
    writeFileSync(`${path}.lock`, '', { mode: 0o600 });
    assert.equal(openAs(NOBODY, path, 'daemon').code, 'permission');
  });
});
