import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { request } from 'undici';
import { renderSlackText } from '../../src/sandbox/slack-text.ts';
import { startProgram } from '../support/program.ts';
import { until } from '../support/until.ts';
import { startNginx, type Nginx } from './nginx.ts';
import { appOf, hostnameOf, startStage, type Stage } from './stage.ts';
import { skippedWithout } from './third-party.ts';

describe('watch against knot and nginx', { skip: skippedWithout('knot', 'nginx') }, () => {
  let stage: Stage;
  let server: Nginx;
  let daemon: ChildProcess | undefined;
  let log = '';
  before(async () => {
    stage = await startStage(['healthy', 'rejected']);
    // All is well at first.
    server = await stage.edge(startNginx, { ...stage.plan, sites: stage.sitesWith('rejected') });
  });
  after(async () => {
    if (daemon?.exitCode === null && daemon.signalCode === null) {
      daemon.kill('SIGKILL');
      await once(daemon, 'close');
    }
    await stage.close();
  });

  const messages = (): readonly string[] =>
    stage.sandbox.receivers.received().map(({ payload }) => renderSlackText(payload));
  const message = (beginning: RegExp): Promise<string> =>
    until(`a message ${String(beginning)}`, () => messages().find((text) => beginning.test(text)));

  it('tells the handshake that the edge rejects with the claim that explains it, and the recovery', async () => {
    const { sandbox } = stage;
    const { place } = stage.deskOf(server);
    const running = startProgram(['watch', '--config', place.file, '--log', 'json'], place);
    daemon = running;
    for (const stream of [running.stdout, running.stderr])
      stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const url = await until('the daemon to say where it listens', () => {
      if (running.exitCode !== null) throw new Error(`the daemon ended: ${log}`);
      return /"url":"([^"]+)"/.exec(log)?.[1];
    });
    await until('both tenants to pass', async () => {
      const { body } = await request(`${url}/metrics`);
      const passing = (await body.text()).match(/^tenantwatch_tenant_success\{.*\} 1$/gm) ?? [];
      return passing.length === 2 ? true : undefined;
    });
    assert.deepEqual(messages(), []);

    sandbox.world.addCertificate(appOf('rejected'), hostnameOf('rejected'));
    server.change(stage.sitesWith());
    const critical = await message(/^\S+ CRITICAL/);
    const removal = `fly certs remove ${hostnameOf('rejected')} -a ${appOf('rejected')} -y`;
    assert.ok(critical.includes(removal), critical);
    assert.match(critical, /TLS alert unrecognized_name/);

    assert.equal(sandbox.applyFlyCommand(removal).exitCode, 0);
    server.change(stage.sitesWith('rejected'));
    await message(/^\S+ RESOLVED/);
    // Whether it was a warning first depends on what was seen first: the claim or the alert.
    assert.ok(
      messages().every((text) => text.includes(hostnameOf('rejected'))),
      messages().join('\n'),
    );

    running.kill('SIGTERM');
    const [exitCode] = (await once(running, 'close')) as [number];
    assert.equal(exitCode, 0, log);
  });
});
