import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { read, runTool } from './commands.ts';

const UNIT = read('config/systemd/tenantwatch.service');

describe('the systemd unit', () => {
  let folder = '';
  let file = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-unit-'));
    file = join(folder, 'tenantwatch.service');
    // systemd looks whether the program is there.
    writeFileSync(file, UNIT.replace('ExecStart=/usr/local/bin/tenantwatch', 'ExecStart=/bin/true'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('is understood by systemd without a warning', (t) => {
    const ran = runTool(t, 'systemd-analyze', ['verify', '--man=no', file]);
    if (ran !== undefined) assert.deepEqual(ran, { status: 0, output: '' });
  });

  it('exposes little, as systemd counts', (t) => {
    const ran = runTool(t, 'systemd-analyze', ['security', '--offline=true', '--threshold=20', file]);
    if (ran !== undefined) assert.equal(ran.status, 0, ran.output);
  });

  it('matches what the daemon does: it notifies through a child, reloads on SIGHUP, and ends with 2 on a wrong configuration', () => {
    const settings = UNIT.split('\n');
    for (const line of [
      'Type=notify',
      'NotifyAccess=all',
      'ExecReload=/bin/kill -HUP $MAINPID',
      'RestartPreventExitStatus=2',
      'StateDirectoryMode=0700',
    ])
      assert.ok(settings.includes(line), line);
    // V8 compiles at run time: with it the daemon would not start.
    assert.ok(!settings.some((line) => line.startsWith('MemoryDenyWriteExecute=')));
  });
});
