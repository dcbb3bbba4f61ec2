import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { renderSlackText } from '../../src/sandbox/slack-text.ts';
import { systemClock } from '../../src/wiring/clock.ts';
import { openDatabase } from '../../src/wiring/open-store.ts';
import { sendTest } from '../../src/wiring/send-test.ts';
import { run, type Ran } from '../cli/host.ts';
import { startProgram, workplaceFor, type Workplace } from '../support/program.ts';
import { until } from '../support/until.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;

/** One life of an incident with one daemon; commands run beside it on its database, as people would. */
describe('people beside a running daemon', () => {
  let sandbox: Sandbox;
  let place: Workplace;
  let daemon: ChildProcess;

  before(async () => {
    sandbox = await startSandbox({ tenants: 4 });
    place = workplaceFor(sandbox);
    daemon = startProgram(['watch', '--config', place.file, '--log', 'json'], place);
    daemon.stdout?.resume();
    await until('the first runs', async () => ((await status()).counts.pass === 4 ? true : undefined));
  });
  after(async () => {
    daemon.kill('SIGTERM');
    if (daemon.exitCode === null) await once(daemon, 'close');
    await sandbox.close();
    place.remove();
  });

  const command = (...args: readonly string[]): Promise<Ran> => {
    const env = Object.fromEntries(
      Object.entries(place.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
    return run([...args, '--config', place.file], {
      env: { ...env, USER: 'ada' },
      cwd: place.folder,
      clock: systemClock,
      host: {
        openStore: (config, mode) => Promise.resolve().then(() => openDatabase(config, mode, systemClock)),
        sendTest: (config, channel, signal) =>
          sendTest(
            config,
            channel,
            { env, version: '1.2.3', clock: systemClock, random: Math.random },
            signal,
          ),
      },
    });
  };

  const json = async (...args: readonly string[]): Promise<unknown> => {
    const { exitCode, stdout, stderr } = await command(...args, '--json');
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  };

  interface Status {
    readonly counts: Readonly<Record<string, number>>;
    readonly troubled: readonly { readonly tenant: string; readonly code: string; readonly why: string }[];
    readonly incidents: readonly {
      readonly id: string;
      readonly acknowledged: { readonly by: string } | null;
    }[];
    readonly daemon: { readonly alive: boolean };
    readonly sources: readonly { readonly name: string; readonly tenants: number }[];
  }
  const status = async (): Promise<Status> => {
    const { exitCode, stdout } = await command('status', '--json');
    // Before the daemon has made its database there is nothing to read.
    if (exitCode !== 0)
      return { counts: {}, troubled: [], incidents: [], daemon: { alive: false }, sources: [] };
    return JSON.parse(stdout) as Status;
  };

  const messages = (): readonly string[] =>
    sandbox.receivers.received().map(({ payload }) => renderSlackText(payload));

  it('status names what fails, since when and why', async () => {
    sandbox.world.deploy(APP);
    sandbox.world.addCertificate(APP, HOSTNAME);
    const found = await until('the incident', async () => {
      const now = await status();
      return now.incidents.length > 0 && now.troubled.length > 0 ? now : undefined;
    });
    assert.equal(found.daemon.alive, true);
    assert.deepEqual(
      found.sources.map(({ name, tenants }) => [name, tenants]),
      [['fly', 4]],
    );
    assert.deepEqual(
      found.troubled.map(({ tenant, code }) => [tenant, code]),
      [[INCIDENT_TENANT, 'certificate-on-tenant-app']],
    );
    const { stdout } = await command('status');
    assert.match(stdout, /1 failed, 3 passed/u);
    assert.match(stdout, new RegExp(`fail +${HOSTNAME} +certificate-on-tenant-app +for `, 'u'));
    assert.match(stdout, /Incidents\n {2}warning {2}t-/u);
  });

  it('an acknowledgement, a note and their withdrawal reach the daemon within a second or so', async () => {
    const acknowledged = await command(
      'incidents',
      'ack',
      INCIDENT_TENANT,
      '--note',
      'removing the certificate',
    );
    assert.equal(acknowledged.exitCode, 0, acknowledged.stderr);
    assert.match(acknowledged.stdout, /: acknowledged\n/u);
    assert.equal((await status()).incidents[0]?.acknowledged?.by, 'ada');
    const again = await command('incidents', 'ack', HOSTNAME, '--author', 'bob');
    assert.match(again.stdout, /acknowledged already by ada/u);
    assert.match((await command('incidents', 'note', APP, 'see', '#812')).stdout, /: noted\n/u);
    assert.match((await command('incidents', 'unack', APP)).stdout, /acknowledgement withdrawn/u);
    const { stdout } = await command('incidents', 'show', APP);
    assert.match(stdout, /deploy before it +v2 of sp-999bc6549a64 by [^,]+, /u);
    assert.match(
      stdout,
      /Observed in the first failing run\n +tenant-certificates fail: claimed-by-tenant-app/u,
    );
    assert.match(stdout, /UTC {2}acknowledged +ada: removing the certificate\n/u);
    assert.match(stdout, /UTC {2}note +ada: see #812\n/u);
    assert.match(stdout, /UTC {2}delivery +opened to on-call: sent\n/u);
    assert.match(stdout, new RegExp(`fly certs remove ${HOSTNAME} -a ${APP} -y`, 'u'));
  });

  it('a silence is in force within a second or so, and muted is not forgotten', async () => {
    const added = await command('silence', 'add', '--tenant', HOSTNAME, '--for', '2h', '--reason', 'known');
    assert.equal(added.exitCode, 0, added.stderr);
    assert.match(
      added.stdout,
      /in force, until .*\n {2}of tenant 999bc6549a64\n {2}ada: known\n {2}covers t-/u,
    );
    const silenced = await until('the mark of the silence', async () => {
      const { incidents } = (await json('incidents')) as { incidents: { silencedBy: string | null }[] };
      return incidents[0]?.silencedBy ?? undefined;
    });
    const ended = await command('silence', 'end', silenced);
    assert.match(ended.stdout, /over, since/u);
    assert.equal((await command('silence', 'end', silenced)).exitCode, 2);
    await until('the reminder after the silence', () =>
      messages().some((text) => text.includes('Still failing')) ? true : undefined,
    );
  });

  it('history tells the deploy, the failure and its end; what was told as opened is told as resolved', async () => {
    assert.equal(sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${APP} -y`).exitCode, 0);
    await until('the end of it', () =>
      messages().some((text) => /resolved/iu.test(text)) ? true : undefined,
    );
    // Runs are written together, a moment after what is promised.
    const stdout = await until('the end in the history', async () => {
      const { stdout: told } = await command('history', INCIDENT_TENANT);
      return told.includes('now: passed') ? told : undefined;
    });
    const [, story = ''] = stdout.split('\n\n');
    assert.match(story, /deploy +v2 of sp-999bc6549a64/u);
    const kinds = [...story.matchAll(/UTC {2}(\w+)/gu)].map(([, kind]) => kind);
    assert.deepEqual(kinds.slice(-6), ['passed', 'deploy', 'failed', 'incident', 'passed', 'incident']);
    const { tenants } = (await json('availability', '--since', '1h')) as {
      tenants: { tenant: string; fail: number }[];
    };
    assert.equal(tenants.length, 4);
    assert.equal(tenants[0]?.tenant, INCIDENT_TENANT, 'the worst first');
    assert.equal((await command('incidents', 'ack', APP)).exitCode, 2, 'it is over');
    assert.match((await command('incidents', 'note', APP, 'post-mortem is written')).stdout, /: noted\n/u);
  });

  it('a test message arrives, and deliveries are listed', async () => {
    const sent = await command('alerts', 'test', 'on-call');
    assert.equal(sent.exitCode, 0, sent.stderr);
    assert.ok(messages().some((text) => text.includes('This is a test of the channel on-call')));
    const { deliveries } = (await json('alerts', 'deliveries')) as {
      deliveries: { reason: string; state: string }[];
    };
    assert.ok(deliveries.every(({ state }) => state === 'sent'));
    assert.deepEqual([...new Set(deliveries.map(({ reason }) => reason))].toSorted(), [
      'acknowledged',
      'opened',
      'reminder',
      'resolved',
    ]);
  });

  it('the database is copied and exported meanwhile', async () => {
    const file = join(place.folder, 'copy.db');
    const { bytes } = (await json('backup', 'copy.db')) as { bytes: number };
    assert.equal(statSync(file).size, bytes);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const { stdout } = await command('export', '--store', file);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { tenant: string; at: string });
    assert.equal(new Set(lines.map(({ tenant }) => tenant)).size, 4);
  });
});
