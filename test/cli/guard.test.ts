import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { GuardResult } from '../../src/reports/guard.ts';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { deskAt, type DeskOptions, type SandboxDesk } from './sandbox-host.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;
const M = 'management-api-prod';

describe('guard certs over the sandbox', () => {
  let sandbox: Sandbox;
  let desk: SandboxDesk;
  before(async () => {
    sandbox = await startSandbox({ tenants: 2 });
    sandbox.world.addApp('blog');
    sandbox.world.addCertificate('blog', 'taken.systemprompt.io');
    desk = deskAt(sandbox);
  });
  after(async () => {
    await sandbox.close();
    desk.place.remove();
  });

  const guard = (hostname: string, app: string, args: readonly string[] = [], over: DeskOptions = {}) =>
    desk.run(['guard', 'certs', '--hostname', hostname, '--app', app, ...args], over);
  const asked = (): number => sandbox.apiRequests().length;

  it('allows a tenant’s name on the management app', async () => {
    const ran = await guard(HOSTNAME, M);
    assert.deepEqual([ran.exitCode, ran.stderr], [0, '']);
    assert.match(ran.stdout, /^allowed: /);
  });

  it('refuses it on the tenant’s app with the right command, without a token and without asking anybody', async () => {
    const before = asked();
    const ran = await guard(HOSTNAME, APP, ['--json'], { env: { FLY_API_TOKEN: '' } });
    const { decision, reason, command, claims } = JSON.parse(ran.stdout) as GuardResult;
    assert.deepEqual(
      [ran.exitCode, decision, reason, command, claims, asked() - before],
      [1, 'refused', 'tenant-app', `fly certs add ${HOSTNAME} -a ${M}`, 'none', 0],
    );
  });

  it('refuses a name that another app claims, and says what to do first', async () => {
    const ran = await guard('taken.systemprompt.io', M);
    assert.equal(ran.exitCode, 1);
    assert.match(
      ran.stdout,
      /claimed-elsewhere[\s\S]*First run\n {4}fly certs remove taken\.systemprompt\.io -a blog -y\n/,
    );
  });

  it('cannot tell when Fly does not answer', async (t) => {
    t.after(sandbox.faults.on('api-error', { value: 500 }));
    const ran = await guard(HOSTNAME, M, ['--format', 'json']);
    assert.equal(ran.exitCode, 3);
    assert.equal((JSON.parse(ran.stdout) as GuardResult).decision, 'unknown');
    assert.match(ran.stderr, /tenantwatch: Fly: /);
  });

  it('judges the place alone with --no-fly', async () => {
    const before = asked();
    const ran = await guard('taken.systemprompt.io', M, ['--no-fly']);
    assert.deepEqual([ran.exitCode, asked() - before], [0, 0]);
    assert.match(ran.stdout, /not looked\s+at/);
  });

  const usage: readonly (readonly [string, string, string, DeskOptions, RegExp])[] = [
    ['a name that is none', 'not a name', M, {}, /no hostname/],
    ['an app that is none', HOSTNAME, '-x', {}, /no app name/],
    ['a missing token', HOSTNAME, M, { env: { FLY_API_TOKEN: '' } }, /no Fly token/],
  ];
  for (const [what, hostname, app, over, words] of usage)
    it(`ends with 2 for ${what}`, async () => {
      const ran = await desk.run(['guard', 'certs', `--hostname=${hostname}`, `--app=${app}`], over);
      assert.equal(ran.exitCode, 2);
      assert.match(ran.stdout + ran.stderr, words);
    });

  describe('with a daemon', () => {
    const reply = { status: 200, body: '' };
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(`${request.url ?? ''} ${request.headers.authorization ?? ''} ${body}`);
        response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
      });
    });
    let url = '';
    before(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
      server.close();
      server.closeAllConnections();
    });
    const ask = (status: number, body: object, over: DeskOptions = {}) => {
      Object.assign(reply, { status, body: JSON.stringify(body) });
      return guard(HOSTNAME, M, ['--server', url, '--json'], {
        env: { TENANTWATCH_TOKEN: 'secret' },
        ...over,
      });
    };
    const refused = { decision: 'refused', reason: 'claimed-elsewhere', text: 'x', command: null };

    it('takes its decision', async () => {
      const ran = await ask(200, refused);
      assert.equal(ran.exitCode, 1);
      assert.equal((JSON.parse(ran.stdout) as GuardResult).claims, 'daemon');
      assert.equal(
        bodies.at(-1),
        `/api/v1/guard/certificates Bearer secret {"hostname":"${HOSTNAME}","app":"${M}"}`,
      );
    });
    for (const status of [401, 403, 400])
      it(`does not hide ${status}`, async () => {
        const ran = await ask(status, { error: { code: 'x', message: 'no' } });
        assert.deepEqual([ran.exitCode, ran.stdout], [2, '']);
      });
    it('looks from here when it is in trouble', async () => {
      const ran = await ask(503, {});
      assert.equal(ran.exitCode, 0);
      assert.match(ran.stderr, /answered 503; looking from here instead/);
    });
    it('cannot tell when nothing can be looked at from here either', async () => {
      const ran = await desk.run(
        ['guard', 'certs', '--hostname', HOSTNAME, '--app', M, '--server', 'http://127.0.0.1:1'],
        { env: { FLY_API_TOKEN: '' }, bare: true, cwd: '/nonexistent' },
      );
      assert.equal(ran.exitCode, 3);
      assert.match(ran.stdout, /could not tell/);
    });
  });
});
