import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { request } from 'undici';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { renderSlackText } from '../../src/sandbox/slack-text.ts';
import { startProgram, workplaceFor, type Workplace } from '../support/program.ts';
import { until as untilWithin } from '../support/until.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;

/** Only a machine that is busy with other things takes so long for anything here. */
const PATIENCE_MS = 120_000;
const until: typeof untilWithin = (what, look) => untilWithin(what, look, PATIENCE_MS);

describe('watch over the sandbox', () => {
  let sandbox: Sandbox;
  let place: Workplace;
  let running: ChildProcess[] = [];

  beforeEach(async () => {
    sandbox = await startSandbox({ tenants: 4 });
    // As configured by default: a sandbox that waits for its turn on a busy machine must not look like an outage.
    place = workplaceFor(sandbox, { tls: { timeout: '12s' } });
  });
  afterEach(async () => {
    for (const child of running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    running = [];
    await sandbox.close();
    place.remove();
  });

  /** Starts the daemon; resolves with its base URL when it says where it listens. */
  async function watch(): Promise<{
    readonly child: ChildProcess;
    readonly url: string;
    readonly log: () => string;
  }> {
    const child = startProgram(['watch', '--config', place.file, '--log', 'json'], place);
    running.push(child);
    let log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
    }
    const url = await until('the daemon to say where it listens', () => {
      if (child.exitCode !== null) throw new Error(`the daemon ended: ${log}`);
      return /"url":"([^"]+)"/u.exec(log)?.[1];
    });
    return { child, url, log: () => log };
  }

  /** What was told about the tenant; that the monitor itself has trouble may be true on a busy machine. */
  const messages = (): readonly string[] =>
    sandbox.receivers
      .received()
      .filter(({ status }) => status === 200)
      .map(({ payload }) => renderSlackText(payload))
      .filter((text) => text.includes(INCIDENT_TENANT));

  const message = (number: number): Promise<string> =>
    until(`message ${String(number + 1)}`, () => messages()[number]);

  const get = async (url: string): Promise<{ status: number; text: string }> => {
    const { statusCode, body } = await request(url);
    return { status: statusCode, text: await body.text() };
  };

  it('tells the latent conflict, its escalation and the recovery, each once, and ends cleanly', async () => {
    const { child, url, log } = await watch();
    await until('readiness', async () => ((await get(`${url}/readyz`)).status === 200 ? true : undefined));
    await until('all tenants verified', async () => {
      const { text } = await get(`${url}/metrics`);
      return (text.match(/^tenantwatch_tenant_success\{.*\} 1$/gmu) ?? []).length === 4 ? true : undefined;
    });

    sandbox.world.deploy(APP);
    sandbox.world.addCertificate(APP, HOSTNAME);
    const warning = await message(0);
    assert.match(warning, /^\S+ WARNING/u);
    assert.match(warning, new RegExp(`fly certs remove ${HOSTNAME} -a ${APP} -y`, 'u'));
    assert.match(warning, /v2/u, 'the deploy before it is named');

    sandbox.world.propagate(HOSTNAME);
    assert.match(await message(1), /^\S+ CRITICAL/u);
    await until('the metrics to say the same', async () => {
      const { text } = await get(`${url}/metrics`);
      const series = [
        `tenantwatch_tenant_problem{tenant="${INCIDENT_TENANT}",code="certificate-on-tenant-app",severity="critical"} 1\n`,
        'tenantwatch_incidents_open{scope="tenant",severity="critical"} 1\n',
      ];
      return series.every((line) => text.includes(line)) ? true : undefined;
    });

    assert.equal(sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${APP} -y`).exitCode, 0);
    assert.match(await message(2), /^\S+ RESOLVED/u);
    assert.equal(messages().length, 3);

    child.kill('SIGTERM');
    const [exitCode] = (await once(child, 'close')) as [number];
    assert.equal(exitCode, 0, log());
    assert.doesNotMatch(log(), /fault of ours/u);
    assert.equal(sandbox.world.wakeups(), 0, 'nobody was woken');
  });

  it('an alert that was decided is told after kill -9, and so is its end', async () => {
    const silent = sandbox.faults.on('receiver-silent');
    const first = await watch();
    sandbox.world.addCertificate(APP, HOSTNAME);
    await until('the alert to be on its way', () =>
      sandbox.receivers.received().length > 0 ? true : undefined,
    );
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    assert.deepEqual(messages(), []);

    silent();
    const second = await watch();
    const opened = await message(0);
    assert.match(opened, /^\S+ WARNING/u);
    assert.equal(sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${APP} -y`).exitCode, 0);
    assert.match(await message(1), /^\S+ RESOLVED/u);
    assert.equal(messages().length, 2, second.log());
  });

  it('a second daemon on the same database is refused with one clear line', async () => {
    await watch();
    const second = startProgram(['watch', '--config', place.file], place);
    running.push(second);
    let said = '';
    second.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [exitCode] = (await once(second, 'close')) as [number];
    assert.equal(exitCode, 2, said);
    assert.match(said, /another/iu);
  });
});
