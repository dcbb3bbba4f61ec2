import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import type { VerifyResult } from '../../src/model/diagnosis.ts';
import { deskAt, type SandboxDesk } from '../cli/sandbox-host.ts';

describe('a gate in which many tenants fail', () => {
  let sandbox: Sandbox;
  let desk: SandboxDesk;
  before(async () => {
    sandbox = await startSandbox({ tenants: 9 });
    desk = deskAt(sandbox);
  });
  after(async () => {
    desk.place.remove();
    await sandbox.close();
  });

  const verifyAll = async (): Promise<{ readonly exitCode: number; readonly document: VerifyResult }> => {
    const { exitCode, stdout } = await desk.run(['verify', '--all', '--json']);
    return { exitCode, document: JSON.parse(stdout) as VerifyResult };
  };
  const handshakesOf = ({ tenants }: VerifyResult): readonly (string | null | undefined)[] =>
    tenants.map(({ checks }) => checks.find(({ id }) => id === 'tls-handshake')?.reason);

  it('by the edge’s own limit says that it was throttled, and blames nobody', async () => {
    sandbox.faults.on('edge-throttle', { value: 4 });
    const { exitCode, document } = await verifyAll();
    sandbox.faults.clear();
    assert.equal(document.monitor.diagnosis?.code, 'probe-throttled');
    assert.equal(document.platform.diagnosis, null);
    const reasons = handshakesOf(document).filter((reason) => reason !== null);
    assert.ok(reasons.length >= 8);
    assert.deepEqual(new Set(reasons), new Set(['explained-by:probe-throttled']));
    assert.ok(document.tenants.every(({ diagnosis }) => diagnosis?.severity !== 'critical'));
    assert.equal(exitCode, 3);
  });

  it('while names that no tenant owns succeed, all at once, is about the tenants', async () => {
    for (const tenant of sandbox.world.tenants()) sandbox.faults.on('edge-eof', { name: `${tenant}.*` });
    const { exitCode, document } = await verifyAll();
    sandbox.faults.clear();
    assert.equal(document.monitor.diagnosis, null);
    assert.deepEqual(new Set(handshakesOf(document)), new Set(['eof-during-handshake']));
    assert.deepEqual(
      new Set(document.tenants.map(({ diagnosis }) => diagnosis?.code)),
      new Set(['handshake-refused']),
    );
    assert.equal(exitCode, 1);
  });
});
