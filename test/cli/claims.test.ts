import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/wiring/clock.ts';
import { silentLogger } from '../../src/wiring/logger.ts';
import { openStore } from '../../src/store/index.ts';
import { TENANT_LISTS } from '../../src/model/tenant-list.ts';
import { claim } from '../diagnosis/remedy-context.ts';
import { deskAt, type SandboxDesk } from './sandbox-host.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;
const M = 'management-api-prod';

interface Printed {
  readonly source: string;
  readonly takenAt: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly hostnames: readonly {
    readonly hostname: string;
    readonly holders: readonly {
      readonly claim: { readonly app: string };
      readonly firstSeenAt: string | null;
      readonly goneAt: string | null;
      readonly marks: readonly { readonly mark: string; readonly why: string }[];
    }[];
  }[];
}
const named = ({ hostnames }: Printed): readonly string[] => hostnames.map(({ hostname }) => hostname);

describe('claims over the sandbox', () => {
  let sandbox: Sandbox;
  let desk: SandboxDesk;
  before(async () => {
    sandbox = await startSandbox({ tenants: 3 });
    const { world } = sandbox;
    world.addCertificate(APP, HOSTNAME);
    world.addApp('blog');
    world.addCertificate('blog', 'www.customer.example');
    world.addCertificate('blog', 'shop.systemprompt.io');
    world.addApp('empty');
    world.setMachineCount('empty', 0);
    world.addCertificate('empty', 'empty.customer.example');
    world.addCertificate(M, 'aaaaaaaaaaaa.systemprompt.io');
    desk = deskAt(sandbox);
  });
  after(async () => {
    await sandbox.close();
    desk.place.remove();
  });

  const claims = async (...args: readonly string[]): Promise<Printed> => {
    const ran = await desk.run(['claims', ...args, '--json']);
    assert.equal(ran.exitCode, 0, ran.stderr);
    return JSON.parse(ran.stdout) as Printed;
  };

  it('live, it marks what is wrong and why', async () => {
    const found = await claims('--live');
    assert.equal(found.source, 'fly');
    assert.deepEqual(named(found).slice(0, 3), [
      HOSTNAME,
      'shop.systemprompt.io',
      'aaaaaaaaaaaa.systemprompt.io',
    ]);
    assert.deepEqual(found.counts, { conflict: 2, foreign: 1, duplicate: 0, dangling: 2, misplaced: 0 });
    const gone = found.hostnames[2]?.holders[0];
    assert.match(gone?.marks[0]?.why ?? '', /no tenant aaaaaaaaaaaa any more/);
    assert.match(found.hostnames[3]?.holders[0]?.marks[0]?.why ?? '', /empty has no machine/);
  });

  it('shows what is wrong only, when asked', async () => {
    assert.equal((await claims('--live', '--conflicts')).hostnames.length, 4);
  });

  const selections: readonly (readonly [name: string, hostnames: readonly string[]])[] = [
    [HOSTNAME, [HOSTNAME, '*.systemprompt.io']],
    [`${HOSTNAME.toUpperCase()}.`, [HOSTNAME, '*.systemprompt.io']],
    ['blog', ['shop.systemprompt.io', 'www.customer.example']],
    [APP, [HOSTNAME]],
    [INCIDENT_TENANT, [HOSTNAME, '*.systemprompt.io']],
    ['nothing.example', []],
  ];
  for (const [name, hostnames] of selections)
    it(`of ${name} it shows ${hostnames.length} host names`, async () => {
      assert.deepEqual(named(await claims(name, '--live')), hostnames);
    });

  it('says of a name that holds nothing that it does not know it', async () => {
    const { exitCode, stderr } = await desk.run(['claims', 'sp-typo', '--live']);
    assert.equal(exitCode, 0);
    assert.match(stderr, /^tenantwatch: no certificate is for sp-typo, or on an app of that name\n$/);
  });

  it('says it for people, with the command that ends a conflict', async () => {
    const { exitCode, stdout } = await desk.run(['claims', '--live']);
    assert.equal(exitCode, 0);
    assert.match(stdout, new RegExp(`\\n {4}fly certs remove ${HOSTNAME} -a ${APP} -y\\n`));
    assert.match(stdout, /7 host names, 2 conflict, 1 foreign, 2 dangling \(by Fly's API, as of /);
  });

  it('could not tell when the sweep fails', async (t) => {
    t.after(sandbox.faults.on('api-lost-entries'));
    const ran = await desk.run(['claims', '--live']);
    assert.deepEqual([ran.exitCode, ran.stdout], [3, '']);
    assert.match(ran.stderr, /the sweep of the organization failed/);
  });

  it('refuses what contradicts itself', async () => {
    const ran = await desk.run(['claims', '--live', '--history']);
    assert.equal(ran.exitCode, 2);
  });

  it('asks Fly where there is no database yet, and nobody when it may not', async () => {
    assert.equal((await claims()).source, 'fly');
    const without = await desk.run(['claims'], { env: { FLY_API_TOKEN: '' } });
    assert.deepEqual([without.exitCode, without.stdout], [2, '']);
    assert.equal((await desk.run(['claims', '--no-fly'])).exitCode, 2);
  });

  describe('with the daemon’s database', () => {
    const now = systemClock.now();
    before(() => {
      const path = `${desk.place.folder}/tenantwatch.db`;
      const store = openStore({ path, clock: systemClock, logger: silentLogger });
      store.claims.sweep([claim('*.systemprompt.io', M), claim('old.systemprompt.io', M)], now - 60_000);
      store.claims.sweep([claim('*.systemprompt.io', M), claim(HOSTNAME, M), claim(HOSTNAME, APP)], now);
      store.smallState.set(TENANT_LISTS, [{ name: 'fly', tenants: [], reason: null, failingSince: null }]);
      store.close();
    });

    it('it reads that, with first and last seen', async () => {
      const found = await claims(HOSTNAME);
      assert.equal(found.source, 'database');
      assert.equal(found.takenAt, new Date(now).toISOString());
      const [exact, wildcard] = found.hostnames;
      assert.deepEqual(
        exact?.holders.map(({ claim: { app }, marks }) => [app, ...marks.map(({ mark }) => mark)]),
        [
          [APP, 'conflict', 'duplicate', 'dangling'],
          [M, 'duplicate', 'dangling'],
        ],
      );
      assert.equal(wildcard?.holders[0]?.firstSeenAt, new Date(now - 60_000).toISOString());
    });

    it('with history it lists what is gone', async () => {
      assert.ok(!named(await claims()).includes('old.systemprompt.io'));
      const gone = (await claims('old.systemprompt.io', '--history')).hostnames.find(
        ({ hostname }) => hostname === 'old.systemprompt.io',
      );
      assert.equal(gone?.holders[0]?.goneAt, new Date(now).toISOString());
    });

    it('needs no token', async () => {
      assert.equal((await desk.run(['claims'], { env: { FLY_API_TOKEN: '' } })).exitCode, 0);
    });
  });
});
