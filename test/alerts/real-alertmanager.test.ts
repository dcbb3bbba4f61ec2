import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNotifiers } from '../../src/alerts/index.ts';
import type { Alert, Notifier } from '../../src/model/alert.ts';
import { freePort } from '../support/free-port.ts';
import { changed, opened, realClock, sendContext } from './fixtures.ts';

const BINARY = '/usr/bin/prometheus-alertmanager';
const missing = !existsSync(BINARY) && process.env.REQUIRE_CONFORMANCE !== '1';

interface SeenAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

describe('the real Alertmanager', { skip: missing ? `${BINARY} is not installed` : false }, () => {
  let folder: string;
  let url: string;
  let daemon: ChildProcess;
  let notifier: Notifier;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenantwatch-alertmanager-'));
    const config = join(folder, 'alertmanager.yml');
    await writeFile(config, 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    daemon = spawn(
      BINARY,
      [
        `--config.file=${config}`,
        `--storage.path=${folder}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    );
    await eventually(async () => {
      assert.equal(daemon.exitCode, null, 'Alertmanager ended');
      assert.ok((await fetch(`${url}/-/ready`)).ok);
    });
    // One peer that is not there does not stop the other from being told.
    const [made] = createNotifiers(
      [{ type: 'alertmanager', name: 'am', urls: ['http://127.0.0.1:1', url] }],
      {
        userAgent: 'tenantwatch-test',
        clock: realClock,
        timeoutMs: 3000,
        resendMs: 500,
      },
    );
    assert.ok(made);
    notifier = made;
  });

  after(async () => {
    await notifier.close?.();
    if (daemon.exitCode === null) {
      const ended = once(daemon, 'exit');
      daemon.kill();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  const active = async (): Promise<readonly SeenAlert[]> =>
    (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as readonly SeenAlert[];

  const recent = Date.now() - 60_000;
  const now = (alert: Alert, more: Partial<Alert['incident']> = {}): Alert => ({
    ...alert,
    at: Date.now(),
    incident: { ...alert.incident, firstFailedAt: recent, ...more },
  });

  it('takes an alert with three labels, and a change does not make a second one', async () => {
    assert.deepEqual(await notifier.send(now(opened, { severity: 'warning' }), sendContext()), {
      result: 'sent',
    });
    await eventually(async () => {
      assert.equal((await active()).length, 1);
    });
    assert.deepEqual(await notifier.send(now(changed), sendContext()), { result: 'sent' });
    await eventually(async () => {
      const [alert, second] = await active();
      assert.equal(second, undefined);
      assert.deepEqual(alert?.labels, {
        alertname: 'TenantwatchIncident',
        scope: 'tenant',
        tenant: '999bc6549a64',
      });
      assert.equal(alert.annotations.severity, 'critical');
      assert.match(alert.annotations.description ?? '', /fly certs remove/);
    });
  });

  it('is told again while it fires: its end moves on', async () => {
    const endsAt = async () => Date.parse((await active())[0]?.endsAt ?? '');
    const first = await endsAt();
    await eventually(async () => {
      const end = await endsAt();
      assert.ok(end > first);
      assert.ok(end - Date.now() > 1000, 'at least two intervals are left');
    });
  });

  it('ends it when it is resolved, and repeating the end does not bring it back', async () => {
    const end: Alert = now({ ...opened, reason: 'resolved' }, { state: 'resolved', resolvedAt: Date.now() });
    assert.deepEqual(await notifier.send(end, sendContext()), { result: 'sent' });
    await eventually(async () => {
      assert.deepEqual(await active(), []);
    });
  });

  it('takes the alert of a later incident with the same labels', async () => {
    const later = now(opened, { id: 'another', firstFailedAt: Date.now() });
    assert.deepEqual(await notifier.send(later, sendContext()), { result: 'sent' });
    await eventually(async () => {
      assert.equal((await active())[0]?.annotations.incident, 'another');
    });
    // Over several turns of the repeated sending.
    const until = Date.now() + 1200;
    while (Date.now() < until) {
      assert.equal((await active()).length, 1);
      await sleep(100);
    }
  });
});

/** Until it holds, at most 20 s. */
async function eventually(holds: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await holds();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
