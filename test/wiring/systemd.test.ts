import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startSandbox } from '../../src/sandbox/index.ts';
import { createServiceManager } from '../../src/wiring/systemd.ts';
import { startProgram, workplaceFor, type Workplace } from '../support/program.ts';
import { until } from '../support/until.ts';

/** Stands in for systemd-notify: writes down what it was told, and which variables it could see. */
const STAND_IN = '#!/bin/sh\nprintf \'%s\\n\' "$*" >> "$NOTIFY_SOCKET"\nenv | sort > "$NOTIFY_SOCKET.env"\n';

describe('what systemd is told', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-systemd-'));
    writeFileSync(join(folder, 'systemd-notify'), STAND_IN);
    chmodSync(join(folder, 'systemd-notify'), 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const socket = (): string => join(folder, 'notify');
  const path = (): string => `${folder}${delimiter}${process.env.PATH ?? ''}`;
  const told = (): readonly string[] => {
    try {
      return readFileSync(socket(), 'utf8').split('\n').slice(0, -1);
    } catch {
      return [];
    }
  };
  const managerWith = (env: Readonly<Record<string, string>>, complaints: string[] = []) =>
    createServiceManager({
      env: { PATH: path(), ...env },
      pid: 77,
      monotonicUs: () => 123_456n,
      complain: (text) => complaints.push(text),
    });

  it('nothing without NOTIFY_SOCKET', async () => {
    const manager = managerWith({});
    manager.ready();
    manager.reloading();
    await manager.stopping();
    assert.deepEqual(told(), []);
  });

  it('each step in its order, although each message is a process of its own', async () => {
    const manager = managerWith({ NOTIFY_SOCKET: socket() });
    manager.ready();
    manager.reloading();
    manager.ready();
    await manager.stopping();
    assert.deepEqual(told(), ['READY=1', 'RELOADING=1 MONOTONIC_USEC=123456', 'READY=1', 'STOPPING=1']);
  });

  it('a sign of life again and again, when the watchdog is ours', async () => {
    const manager = managerWith({ NOTIFY_SOCKET: socket(), WATCHDOG_USEC: '40000', WATCHDOG_PID: '77' });
    manager.ready();
    await until('three signs of life', () => (told().length > 3 ? true : undefined));
    await manager.stopping();
    const [ready, ...rest] = told();
    assert.equal(ready, 'READY=1');
    assert.equal(rest.pop(), 'STOPPING=1');
    assert.deepEqual([...new Set(rest)], ['WATCHDOG=1']);
  });

  it('no sign of life for the watchdog of another process, or one that cannot be read', async () => {
    for (const watchdog of [
      { WATCHDOG_USEC: '40000', WATCHDOG_PID: '78' },
      { WATCHDOG_USEC: 'soon' },
      { WATCHDOG_USEC: '0' },
    ]) {
      const manager = managerWith({ NOTIFY_SOCKET: socket(), ...watchdog });
      manager.ready();
      await manager.stopping();
    }
    assert.ok(!told().includes('WATCHDOG=1'));
  });

  it('without the secrets of our environment', async () => {
    await managerWith({ NOTIFY_SOCKET: socket(), FLY_API_TOKEN: 'fm2_secret' }).stopping();
    const seen = readFileSync(`${socket()}.env`, 'utf8');
    assert.doesNotMatch(seen, /FLY_API_TOKEN|fm2_secret/);
  });

  it('a missing or refusing systemd-notify is complained of once, and stops nothing', async () => {
    for (const PATH of ['/nonexistent', path()]) {
      if (PATH !== '/nonexistent') writeFileSync(join(folder, 'systemd-notify'), '#!/bin/sh\nexit 1\n');
      const complaints: string[] = [];
      const manager = managerWith({ NOTIFY_SOCKET: socket(), PATH }, complaints);
      manager.ready();
      await manager.stopping();
      assert.equal(complaints.length, 1);
      assert.match(complaints[0] ?? '', /systemd cannot be told/);
    }
  });

  for (const [when, isThere] of [
    ['when it is ready', () => told().includes('READY=1')],
    ['while it still starts', (place: Workplace) => existsSync(join(place.folder, 'tenantwatch.db'))],
  ] as const) {
    it(`by the daemon itself: ready, reloaded on a SIGHUP ${when}, stopping`, async () => {
      const sandbox = await startSandbox({ tenants: 1 });
      const place = workplaceFor(sandbox);
      const env = { ...place.env, PATH: path(), NOTIFY_SOCKET: socket() };
      const child = startProgram(['watch', '--config', place.file], { folder: place.folder, env });
      try {
        await until(when, () => (isThere(place) ? true : undefined));
        child.kill('SIGHUP');
        await until('the end of the reload', () => (told().length >= 3 ? true : undefined));
        child.kill('SIGTERM');
        const [exitCode] = (await once(child, 'close')) as [number | null];
        assert.equal(exitCode, 0);
        const words = told().map((line) => line.split(' ')[0]);
        assert.deepEqual(words, ['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
      } finally {
        child.kill('SIGKILL');
        await sandbox.close();
        place.remove();
      }
    });
  }
});
