import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createServiceManager } from '../../src/wiring/systemd.ts';
import { until } from '../support/until.ts';

const TOOLS = ['/usr/bin/systemd-socket-activate', '/usr/bin/systemd-notify'];
const missing = TOOLS.filter((path) => !existsSync(path));
const skip =
  missing.length > 0 && process.env.REQUIRE_CONFORMANCE !== '1'
    ? `${missing.join(', ')} not installed`
    : false;

/** Writes down one datagram after the other, each with an empty line behind it. */
const RECEIVER = `
const { readSync, writeSync } = require('node:fs');
const bytes = Buffer.alloc(4096);
for (;;) writeSync(1, bytes.toString('utf8', 0, readSync(3, bytes)) + '\\n\\n');
`;

describe('the real systemd-notify and a real datagram socket', { skip }, () => {
  let folder = '';
  let receiver: ChildProcess;
  let received = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-notify-'));
    const args = ['--datagram', '--listen', join(folder, 'notify'), process.execPath, '-e', RECEIVER];
    // Like the service manager: it owns the socket, and Node cannot.
    receiver = spawn('systemd-socket-activate', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    receiver.stdout?.on('data', (chunk: Buffer) => (received += chunk.toString()));
    await until('the socket', () => (existsSync(join(folder, 'notify')) ? true : undefined));
  });
  after(async () => {
    receiver.kill('SIGKILL');
    if (receiver.exitCode === null && receiver.signalCode === null) await once(receiver, 'close');
    rmSync(folder, { recursive: true });
  });

  /** systemd-notify ends each run with a barrier: it waits until its message was read. */
  const messages = (): readonly string[] =>
    received.split('\n\n').filter((message) => message !== '' && message !== 'BARRIER=1');

  it('carry readiness, reload, signs of life and the end, in this order and as systemd reads them', async () => {
    const complaints: string[] = [];
    const manager = createServiceManager({
      env: {
        NOTIFY_SOCKET: join(folder, 'notify'),
        PATH: process.env.PATH,
        WATCHDOG_USEC: '40000',
        WATCHDOG_PID: String(process.pid),
      },
      pid: process.pid,
      monotonicUs: () => process.hrtime.bigint() / 1_000n,
      complain: (text) => complaints.push(text),
    });
    manager.reloading();
    manager.ready();
    const [reloading = '', ready] = await until('two signs of life', () =>
      messages().length >= 4 ? messages() : undefined,
    );
    await manager.stopping();
    await until('the end', () => (messages().at(-1) === 'STOPPING=1' ? true : undefined));
    // Both in one datagram: a reload without its time is not believed.
    assert.match(reloading, /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    assert.equal(ready, 'READY=1');
    assert.deepEqual([...new Set(messages().slice(2, -1))], ['WATCHDOG=1']);
    assert.deepEqual(complaints, []);
  });
});
